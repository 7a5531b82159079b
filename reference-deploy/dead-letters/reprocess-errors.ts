import { DeadLetterError } from './error.js';
import type { DeadLetterPorts } from './ports.js';

/** What deciding a topic's error rows again came to. */
export interface ReprocessReport {
  readonly topic: string;
  /** Parse errors that were parsed again, and those of them that are rows of Standardized now. */
  readonly parseErrors: ReviewCounts;
  /** Error rows of Curated that were judged again, and those that passed; null for a topic without a contract. */
  readonly curatedErrors: ReviewCounts | null;
}

interface ReviewCounts {
  readonly reviewed: number;
  readonly mended: number;
}

interface Claim {
  readonly status: string;
  readonly has_contract?: boolean;
  readonly lease?: unknown;
}

interface JobAnswer {
  readonly status: 'done' | 'continue' | 'paused';
  readonly max_rows: number | null;
  readonly reviewed?: number;
  readonly mended?: number;
}

const HELD_RETRY_MS = 2_000;
const HELD_ATTEMPTS = 60;

/**
 * Has a topic's error rows decided again: parse errors from their messages, Curated's errors from Standardized under the
 * live contract. The functions of the orchestrator do it, under the topic's lease, after whatever waits to be read.
 *
 * @throws {DeadLetterError} `TOPIC_BUSY` when another execution keeps the topic, or it is paused.
 */
export async function reprocessErrors(
  topic: string,
  { tasks, sleep }: Pick<DeadLetterPorts, 'tasks' | 'sleep'>,
  signal?: AbortSignal,
): Promise<ReprocessReport> {
  const executionId = tasks.newExecutionId();
  const claim = await acquire(topic, executionId, { tasks, sleep }, signal);
  try {
    const run = { topic_name: topic, run_id: executionId, lease: claim.lease, review_errors: true };
    const parseErrors = await review('standardize', run, tasks, signal);
    const curatedErrors = claim.has_contract === true ? await review('curate', run, tasks, signal) : null;
    return { topic, parseErrors, curatedErrors };
  } finally {
    await tasks.call('release-lease', { topic_name: topic, claim });
  }
}

async function acquire(
  topic: string,
  executionId: string,
  { tasks, sleep }: Pick<DeadLetterPorts, 'tasks' | 'sleep'>,
  signal?: AbortSignal,
): Promise<Claim> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const input = { topic_name: topic, execution_id: executionId };
    const claim = (await tasks.call('acquire-lease', input)) as Claim;
    if (claim.status === 'acquired') return claim;
    if (claim.status === 'held' && attempt < HELD_ATTEMPTS) {
      await sleep(HELD_RETRY_MS, signal);
      continue;
    }
    const reason =
      claim.status === 'held'
        ? 'another execution holds it: try again when that is done'
        : `it is ${claim.status}`;
    throw new DeadLetterError(`the errors of topic ${topic} cannot be decided again now: ${reason}`, {
      code: 'TOPIC_BUSY',
      retryable: claim.status === 'held',
      context: { topic, status: claim.status },
    });
  }
}

/** One job, in as many turns as its time needs. */
async function review(
  name: 'standardize' | 'curate',
  run: Readonly<Record<string, unknown>>,
  tasks: DeadLetterPorts['tasks'],
  signal?: AbortSignal,
): Promise<ReviewCounts> {
  let counts: ReviewCounts = { reviewed: 0, mended: 0 };
  let maxRows: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const answer = (await tasks.call(name, { ...run, max_rows: maxRows })) as JobAnswer;
    const { reviewed = 0, mended = 0 } = answer;
    counts = { reviewed: counts.reviewed + reviewed, mended: counts.mended + mended };
    if (answer.status !== 'continue') return counts;
    maxRows = answer.max_rows;
  }
}
