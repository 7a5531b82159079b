import { printRows } from '@lean-ops/iceberg/cli';
import { UNKNOWN_TOPIC } from '@lean-ops/ingest';
import type { DeadLetterPorts } from '../../../dead-letters/ports.js';
import {
  type ReplayOptions,
  type ReplayOutcome,
  type ReplayOutcomeKind,
  replayDeadLetters,
} from '../../../dead-letters/replay/replay.js';
import type { Platform } from '../../../local/index.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { interruptible } from '../../interruptible.js';
import { orchestrateFully } from '../../orchestrate-fully.js';
import { confirm, intentOf, refuseUnasked } from './confirm.js';
import { filterOf, withDeadLetters } from './open.js';
import type { ReplayCommandOptions } from './options.js';
import { formatOf, Groups } from './rows.js';

export async function replay(options: ReplayCommandOptions, context: CommandContext): Promise<void> {
  if (options.errors === true) {
    const { replayErrors } = await import('./replay-errors.js');
    return await replayErrors(options, context);
  }
  await withDeadLetters(options, context, async ({ ports, platform }) => {
    const common = await replayOptions(options, ports, context);
    const intent = intentOf(options, context);
    if (intent !== 'do') {
      const told = await print(replayDeadLetters(ports, { ...common, dryRun: true }), options, context);
      const wanted = told.count('would-send');
      if (intent === 'tell') {
        await context.stderr.line(sentence(told));
        return refuseUnasked(options);
      }
      if (wanted === 0) return;
      if (!(await confirm(`Send ${wanted} messages again?`, context))) return;
    }
    await interruptible(async (signal) => {
      const startedAt = ports.clock.now();
      const counts = new Counts();
      try {
        await print(replayDeadLetters(ports, { ...common, signal }), options, context, counts);
      } catch (error) {
        if (!signal.aborted) throw error;
        context.verdict = EXIT.interrupted;
      }
      await context.stderr.line(sentence(counts));
      if (signal.aborted) {
        await context.stderr.line('interrupted: run it again, and it goes on from here');
        return;
      }
      if (counts.notSent > 0) context.verdict = EXIT.no;
      if (platform !== null && options.sendOnly !== true && counts.topics.size > 0) {
        await settle(platform, counts.topics, startedAt, signal, context);
      }
    });
  });
}

async function replayOptions(
  options: ReplayCommandOptions,
  ports: DeadLetterPorts,
  { env }: CommandContext,
): Promise<ReplayOptions> {
  const { limit, rate, maxReplays, force = false } = options;
  return {
    filter: await filterOf(options, ports),
    maxReplays,
    force,
    by: env['USER'] ?? env['USERNAME'] ?? 'lean-ops dlq replay',
    ...(limit === undefined ? {} : { limit }),
    ...(rate === undefined ? {} : { perSecond: rate }),
  };
}

/** A warehouse folder has nobody else to process what was sent: this command does, and says what came back. */
async function settle(
  platform: Platform,
  topics: ReadonlySet<string>,
  startedAt: number,
  signal: AbortSignal,
  context: CommandContext,
): Promise<void> {
  await context.stderr.line('processing what was sent');
  await platform.pump({ signal });
  const registered: string[] = [];
  for (const topic of topics) {
    if (topic !== UNKNOWN_TOPIC && (await platform.state.topics.get(topic)) !== null) registered.push(topic);
  }
  if (registered.length > 0) await orchestrateFully(platform, registered, context);
  let back = 0;
  for (const topic of topics) {
    for await (const record of platform.state.errors.list({ topic, status: 'open' })) {
      const at = record.lastChange?.at ?? record.firstSeenAt;
      if (record.replays > 0 && at >= startedAt) back += 1;
    }
  }
  if (back === 0) return;
  context.verdict = EXIT.no;
  await context.stderr.line(`${back} came back: lean-ops dlq list shows why`);
}

const GROUPED = ['topic', 'kind', 'errorCode', 'outcome', 'detail', 'messages'];
/** Rows may be printed long after they are known: whoever waits hears how far it is. */
const TOLD_EVERY = 500;

async function print(
  outcomes: AsyncIterable<ReplayOutcome>,
  options: ReplayCommandOptions,
  context: CommandContext,
  counts: Counts = new Counts(),
): Promise<Counts> {
  const format = formatOf(options.format, context);
  const groups = new Groups();
  async function* rows(): AsyncGenerator<Record<string, unknown>> {
    for await (const { record, outcome, detail } of outcomes) {
      counts.add(record.topic, outcome);
      if (counts.all % TOLD_EVERY === 0) await context.stderr.line(`${counts.all} messages so far`);
      const { id, topic, kind, errorCode, sqsMessageId, replays } = record;
      if (format === 'table')
        groups.add({ topic, kind, errorCode, outcome, code: codeOf(detail) }, { detail });
      else yield { id, topic, kind, errorCode, sqsMessageId, replays, outcome, detail };
    }
    if (format === 'table') yield* groups.rows();
  }
  await printRows(context.stdout, rows(), GROUPED, format);
  return counts;
}

/** What a detail begins with where it is a failure: the rest differs from message to message. */
function codeOf(detail: string | null): string | null {
  return /^[A-Z0-9_]+(?=: )/.exec(detail ?? '')?.[0] ?? null;
}

/** How many messages had which outcome. */
class Counts {
  readonly #counts = new Map<ReplayOutcomeKind, number>();
  /** Topics of what was sent. */
  readonly topics = new Set<string>();

  add(topic: string, outcome: ReplayOutcomeKind): void {
    this.#counts.set(outcome, this.count(outcome) + 1);
    if (outcome === 'sent') this.topics.add(topic);
  }

  count(outcome: ReplayOutcomeKind): number {
    return this.#counts.get(outcome) ?? 0;
  }

  get all(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  get notSent(): number {
    return this.all - this.count('sent');
  }
}

const WORDS: Readonly<Record<ReplayOutcomeKind, string>> = {
  sent: 'sent',
  'would-send': 'would be sent',
  'would-fail': 'would come back as things stand (--force sends them all the same)',
  exhausted: 'replayed as often as --max-replays allows',
  missing: 'missing in the archive',
  corrupt: 'corrupt in the archive',
  refused: 'refused by the queue or the stream',
  'not-open': 'replayed or discarded before',
};

function sentence(counts: Counts): string {
  const parts = (Object.entries(WORDS) as [ReplayOutcomeKind, string][])
    .filter(([outcome]) => counts.count(outcome) > 0)
    .map(([outcome, words]) => `${counts.count(outcome)} ${words}`);
  return parts.length === 0 ? 'no message is meant: nothing to send' : parts.join('; ');
}
