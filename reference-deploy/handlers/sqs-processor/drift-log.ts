import { createHash, type Hash } from 'node:crypto';
import type { Clock, Logger, Metrics, OpsEntry, OpsOutbox, Random } from '@lean-ops/core';
import type { BatchDrift } from '@lean-ops/ingest';

export interface DriftLogOptions {
  readonly outbox: Pick<OpsOutbox, 'put'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds between two writes, give or take a quarter. Default one minute; 0 writes with every batch. */
  readonly intervalMs?: number;
}

type Entry = Omit<OpsEntry, 'sequence'>;

interface Counted {
  readonly drift: Pick<BatchDrift, 'topic' | 'kind' | 'field' | 'path'>;
  readonly messages: Hash;
  count: number;
  observedAt: number;
}

const INTERVAL_MS = 60_000;
/** Of an outbox that makes one transaction of a put: what is taken stays taken when the next piece is not. */
const PIECE = 45;

/**
 * What was odd about the messages an instance accepted, on its way to `ops.drift_log`.
 *
 * All instances write to one outbox, whose entries are numbered one after the other. So each adds up what it sees and
 * writes about once a minute, a row per topic, kind, field and path. The first oddity after a quiet minute is written
 * with its batch. What is added up is written with a later batch of the same instance; where none comes before the
 * instance dies, the counts of its last minute (or since its last write that was taken) are lost: `EnvelopeDrift` less
 * `DriftLogged` is how many.
 */
export class DriftLog {
  readonly #options: DriftLogOptions;
  readonly #counting = new Map<string, Counted>();
  /** Entries that a write did not bring in. They stay as they are, so that one which was taken is not doubled. */
  #waiting: Entry[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(options: DriftLogOptions) {
    this.#options = options;
  }

  /** Adds up; writes nothing. */
  add(drift: readonly BatchDrift[]): void {
    const observedAt = this.#options.clock.now();
    for (const { topic, kind, field, path, count, sqsMessageIds } of drift) {
      const identity = JSON.stringify([topic, kind, field, path]);
      let counted = this.#counting.get(identity);
      if (counted === undefined) {
        const messages = createHash('sha256');
        counted = { drift: { topic, kind, field, path }, messages, count: 0, observedAt };
        this.#counting.set(identity, counted);
      }
      counted.count += count;
      counted.observedAt = observedAt;
      counted.messages.update(JSON.stringify(sqsMessageIds));
    }
  }

  /** Whether `write` would write. */
  isDue(): boolean {
    const now = this.#options.clock.now();
    // A clock that was set back would make the pause longer.
    const isTime = now >= this.#dueMs || now < this.#lastMs;
    return isTime && this.#waiting.length + this.#counting.size > 0;
  }

  /**
   * Writes what has been added up, where it is time. Ends with the signal and never rejects: what was not taken is
   * counted (`DriftNotLogged`), logged, and written again a pause later.
   */
  async write(signal?: AbortSignal): Promise<void> {
    const { clock, random, logger, metrics, intervalMs = INTERVAL_MS } = this.#options;
    if (!this.isDue() || signal?.aborted === true) return;
    const now = clock.now();
    this.#lastMs = now;
    this.#dueMs = now + intervalMs * (0.75 + 0.5 * random.next());
    // Never both: while the outbox takes nothing, there are at most two entries of a kind in memory.
    const entries = this.#waiting.length > 0 ? this.#waiting : this.#takeCounted();
    this.#waiting = [];
    try {
      await this.#putAll(entries, signal);
    } catch (error) {
      const kinds = entries.map(({ row }) => [row['topic'], row['kind'], row['column_name'], row['count']]);
      logger.warn('drift was not logged, and waits for the next write', { drift: kinds, error });
      metrics.add('DriftNotLogged', entries.length, 'Count');
      this.#waiting = [...entries, ...this.#waiting];
    }
  }

  /** Takes from `entries` what the outbox took. */
  async #putAll(entries: Entry[], signal: AbortSignal | undefined): Promise<void> {
    const { outbox, metrics } = this.#options;
    while (entries.length > 0) {
      const piece = entries.slice(0, PIECE);
      await until(outbox.put(piece), signal);
      entries.splice(0, piece.length);
      const count = piece.reduce((sum, { row }) => sum + Number(row['count']), 0);
      metrics.add('DriftLogged', count, 'Count');
    }
  }

  #takeCounted(): Entry[] {
    const entries = Array.from(this.#counting.values(), driftEntry);
    this.#counting.clear();
    return entries;
  }
}

/**
 * An entry of `ops.drift_log`, in the shape in which the jobs write theirs.
 *
 * Its id is made of what was odd and of the messages that showed it: one that is written twice counts once, and so
 * does a batch that is delivered again by itself. Messages that come back in other company are counted again, as
 * copies in RAW are. Samples are payload values and are left out: the drift log has more readers than the data.
 */
function driftEntry({ drift, messages, count, observedAt }: Counted): Entry {
  const { topic, kind, field, path } = drift;
  return {
    id: `raw:${topic}:${kind}:${field}:${path}:${messages.digest('hex').slice(0, 32)}`,
    table: 'drift_log',
    row: {
      topic,
      layer: 'raw',
      run_id: null,
      kind,
      column_name: field,
      path,
      count,
      sample: null,
      source_snapshot_id: null,
      observed_at: observedAt,
    },
  };
}

/** The put goes on by itself after the signal: written again it does no harm. */
async function until(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await work;
  const ended = Promise.withResolvers<never>();
  const end = (): void => ended.reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    await Promise.race([work, ended.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
