import { type Sleep, systemSleep } from '@lean-ops/core';
import type { Platform, RoundOptions, TopicOutcome } from '../local/index.js';
import type { CommandContext } from './command-context.js';
import { CommandError } from './usage-error.js';

const HELD_RETRY_MS = 500;
const MOST_ROUNDS = 240;

/**
 * Runs rounds of the orchestrator until each of the topics had its turn: one that another process holds is waited for.
 *
 * @throws {CommandError} when a topic's run failed, or stays held.
 */
export async function orchestrateFully(
  platform: Pick<Platform, 'orchestrate'>,
  topics: readonly string[],
  context: Pick<CommandContext, 'stderr'>,
  { sleep = systemSleep, ...round }: RoundOptions & { readonly sleep?: Sleep } = {},
): Promise<void> {
  const waiting = new Set(topics);
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
    const report = await platform.orchestrate(round);
    const outcomes = report.topics.filter(({ topic }) => waiting.has(topic));
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0) throw new CommandError(failed.map(failureText).join('\n'));
    for (const { topic, outcome } of outcomes) {
      if (outcome !== 'held' && outcome !== 'unfinished') waiting.delete(topic);
      if (outcome === 'paused' || outcome === 'rebuilding') {
        await context.stderr.line(`${topic} is ${outcome}: its events wait in RAW`);
      }
    }
    for (const topic of report.notDue) {
      if (waiting.delete(topic)) await context.stderr.line(`${topic} is not due yet: its events wait in RAW`);
    }
    const left = outcomes.filter(({ outcome }) => outcome === 'held' || outcome === 'unfinished');
    if (left.length === 0) return;
    if (left.some(({ outcome }) => outcome === 'held')) await sleep(HELD_RETRY_MS);
  }
  throw new CommandError(`another process still holds ${[...waiting].join(', ')}; run again when it is done`);
}

function failureText({ topic, error }: TopicOutcome): string {
  return `${topic}: ${error === null ? 'the run failed' : `${error.message} [${error.name}]`}`;
}
