import { type EventSource, sha256 } from '../event/event-source.js';
import type { FaultClass } from '../fault-class.js';
import type { Expectation } from '../ground-truth.js';
import { type Delay, holds, type Incident, received, type Scenario, sequence } from './scenario.js';

type Break = (text: string, event: EventSource) => string;

function replaceOnce(text: string, pattern: RegExp, replacement: string): string {
  const broken = text.replace(pattern, () => replacement);
  if (broken === text) throw new RangeError(`nothing to break: ${pattern} is not in ${text.slice(0, 200)}`);
  return broken;
}

/** Ways to break the text of a JSON object that holds `"eventId":"…"` and `"applicationId":<digits>`. */
const BREAKS = {
  truncated: (text, event) => text.slice(0, event.random.between(1, text.length - 1)),
  'bare-value': (_text, event) =>
    event.random.pick(['42', '-0.5', '"lost"', 'null', 'true', '[{"eventId":"evt-0"}]']),
  'trailing-bytes': (text, event) =>
    text + event.random.pick(['}', ' x', ',', '{"eventId":"evt-0"}', '\n\u00a0']),
  'bad-escape': (text, event) =>
    replaceOnce(text, /"eventId":"/, `"eventId":"${event.random.pick(['\\x41', '\\u12G4', '\\ ', '\\u00'])}`),
  'bad-number': (text, event) =>
    replaceOnce(
      text,
      /"applicationId":\d+/,
      `"applicationId":${event.random.pick(['017', '+1', '.5', '1.', 'NaN', '0x1F', '1e', '-'])}`,
    ),
  // SQS lets tabs and line breaks through; JSON does not, inside a string.
  'control-character': (text, event) =>
    replaceOnce(text, /"eventId":"/, `"eventId":"${event.random.pick(['\n', '\t', '\r'])}`),
  unquoted: (text, event) => replaceOnce(text, /"eventId"/, event.random.pick(['eventId', "'eventId'"])),
  blank: (_text, event) => event.random.pick([' ', '\n', '\t  ']),
} satisfies Record<string, Break>;

type BreakName = keyof typeof BREAKS;

/** The body itself is not a JSON object: it never reaches RAW. */
function malformedBody(event: EventSource, name: BreakName): Incident {
  const form = event.profile.bodies === 'mixed' && event.index % 2 === 0 ? 'bare' : 'object';
  const body = BREAKS[name](event.body(event.version(1), { form }), event);
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body, sqsMessageId, delay: 'now' }],
    expect: [
      { at: 'quarantine', sqsMessageId, bodySha256: sha256(body) },
      { at: 'standardized', mergeKey: event.mergeKey, values: null },
    ],
  };
}

/** A sound wrapper around a payload that is not a JSON object. */
function brokenPayload(
  event: EventSource,
  name: BreakName,
  number: number,
): { body: string; expect: Expectation } {
  const version = event.version(number, { updatedAfterMicros: (number - 1) * 60_000_000 });
  const payload = BREAKS[name](JSON.stringify(version.payload), event);
  const form = event.wrappedForm(['string', 'data']);
  return {
    body: event.bodyOf(payload, { fields: event.fields(version.messageId), form }),
    expect: { at: 'parse-errors', messageId: version.messageId, payloadSha256: sha256(payload) },
  };
}

function malformedPayload(event: EventSource, name: BreakName): Incident {
  const { body, expect } = brokenPayload(event, name, 1);
  const sqsMessageId = event.sqsMessageId(0);
  return {
    messages: [{ body, sqsMessageId, delay: 'now' }],
    expect: [
      ...received(sqsMessageId),
      expect,
      { at: 'standardized', mergeKey: event.mergeKey, values: null },
      { at: 'curated', mergeKey: event.mergeKey, values: null },
    ],
  };
}

/** A newer version that does not parse must not hide the good row. */
function malformedCorrection(event: EventSource, delay: Delay): Incident {
  const good = event.version(1);
  const name = event.random.pick(['truncated', 'bad-escape', 'bad-number', 'unquoted'] as const);
  const broken = brokenPayload(event, name, 2);
  const messages = sequence(event, [event.body(good), broken.body], delay);
  return {
    messages,
    expect: [
      ...received(...messages.map((message) => message.sqsMessageId)),
      ...holds(event, good),
      broken.expect,
    ],
  };
}

function scenarios(prefix: string, names: readonly BreakName[], build: typeof malformedBody): Scenario[] {
  return names.map((name) => ({
    name: `${prefix}-${name}`,
    faultClass: `${prefix}-${name}` as FaultClass,
    share: 1,
    messages: 1,
    build: (event) => build(event, name),
  }));
}

const ALL = Object.keys(BREAKS) as BreakName[];

export const MALFORMED: readonly Scenario[] = [
  ...scenarios('malformed-body', ALL, malformedBody),
  ...scenarios(
    'malformed-payload',
    ALL.filter((name) => name !== 'blank'),
    malformedPayload,
  ),
  ...(['soon', 'later'] as const).map(
    (delay): Scenario => ({
      name: `malformed-correction-${delay}`,
      faultClass: 'malformed-correction',
      share: 0.5,
      messages: 2,
      build: (event) => malformedCorrection(event, delay),
    }),
  ),
];
