import { tableSafeTopic } from '@lean-ops/core';
import type { ObservedCall } from '../emulator/emulator.js';
import { type Deployment, ResourceNames } from '../stack/deployment.js';

/** A call that a function or a person makes, as their policy must allow it. */
interface RecordedCall {
  /** Client of the SDK, without `@aws-sdk/client-`. */
  readonly service: string;
  /** Command of the SDK, without `Command`. */
  readonly command: string;
  /** IAM action. */
  readonly action: string;
  /** ARNs in a deployment `lean-ops-rehearsal`, sorted; `*` stands for a topic or for an id. */
  readonly resources: readonly string[];
}

/** What `recorded-calls.json` holds. */
export interface RecordedCalls {
  readonly formatVersion: 1;
  /** By the functions' keys in the settings, and `contract-deployer`; calls sorted by service and command. */
  readonly callers: Readonly<Record<string, readonly RecordedCall[]>>;
}

const CLIENT_NAMES: Readonly<Record<string, string>> = { secretsmanager: 'secrets-manager', states: 'sfn' };

/** Calls as they were seen, by caller, without what differs from run to run. */
export function recordCalls(calls: readonly ObservedCall[], deployment: Deployment): RecordedCalls {
  const { prefix } = new ResourceNames(deployment);
  const withoutTopics = topicEraser(deployment);
  const callers = new Map<string, Map<string, { call: ObservedCall; resources: Set<string> }>>();
  for (const call of calls) {
    const key = call.caller.replace(`${prefix}-`, '');
    const ofCaller = callers.get(key) ?? new Map();
    callers.set(key, ofCaller);
    const id = `${call.service} ${call.command} ${call.action}`;
    const entry = ofCaller.get(id) ?? { call, resources: new Set<string>() };
    ofCaller.set(id, entry);
    entry.resources.add(withoutTopics(call.resource));
  }
  const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    formatVersion: 1,
    callers: Object.fromEntries(
      sorted(callers).map(([key, ofCaller]) => [
        key,
        sorted(ofCaller).map(([, { call, resources }]) => ({
          service: CLIENT_NAMES[call.service] ?? call.service,
          command: call.command,
          action: call.action,
          resources: [...resources].sort(),
        })),
      ]),
    ),
  };
}

/** The calls of both: which of the rare ones a run sees is up to the machine. */
export function withCalls(recorded: RecordedCalls, seen: RecordedCalls): RecordedCalls {
  const callers = new Map(Object.entries(recorded.callers));
  for (const [key, calls] of Object.entries(seen.callers)) {
    const known = new Map((callers.get(key) ?? []).map((call) => [nameOf(call), call]));
    for (const call of calls) {
      const { resources = [] } = known.get(nameOf(call)) ?? {};
      known.set(nameOf(call), { ...call, resources: [...new Set([...resources, ...call.resources])].sort() });
    }
    callers.set(
      key,
      [...known.values()].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)),
    );
  }
  const sorted = [...callers].sort(([left], [right]) => (left < right ? -1 : 1));
  return { formatVersion: 1, callers: Object.fromEntries(sorted) };
}

/**
 * Calls of the first that the second does not have, one line each.
 *
 * @param isExplained Whether it is known of a call (`service/Command`) why it is made now and then.
 */
export function callsBeyond(
  seen: RecordedCalls,
  recorded: RecordedCalls,
  isExplained: (key: string, call: string) => boolean = () => false,
): readonly string[] {
  return Object.entries(seen.callers).flatMap(([key, calls]) => {
    const known = new Set((recorded.callers[key] ?? []).map(nameOf));
    return calls
      .filter((call) => !known.has(nameOf(call)) && !isExplained(key, `${call.service}/${call.command}`))
      .map((call) => `${key} calls ${nameOf(call)}`);
  });
}

function nameOf({ service, command }: RecordedCall): string {
  return `${service} ${command}`;
}

/** Longer names first: one topic's name may begin with another's. */
function topicEraser({ topics }: Deployment): (resource: string) => string {
  const names = topics
    .flatMap(({ queueTopic }) => [queueTopic, tableSafeTopic(queueTopic)])
    .sort((left, right) => right.length - left.length);
  const pattern = new RegExp(names.join('|'), 'g');
  return (resource) => resource.replace(pattern, '*');
}
