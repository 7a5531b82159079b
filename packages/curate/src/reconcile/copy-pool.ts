import { setImmediate } from 'node:timers/promises';
import type { TopicContract } from '@lean-ops/core';
import type { PayloadHash } from '../payload-hash.js';
import type { ThreadSource } from '../workers/open-pool.js';
import type { ThreadPool } from '../workers/thread-pool.js';
import { CopyReader } from './copy-reader.js';
import { type LayerColumns, sliceColumns } from './layer-columns.js';
import { Records } from './records.js';

export interface CopyPoolOptions {
  readonly contract: TopicContract | null;
  readonly payloadHash: PayloadHash;
  /** Null: everything is read on this thread. */
  readonly threads: ThreadSource | null;
  /** Payloads of fewer bytes are read where they are: a thread costs more than they do. Default 8 MiB. */
  readonly worthBytes?: number;
  /** Rows of a piece. Default 4,096. */
  readonly pieceRows?: number;
}

const PIECE_BYTES = 4 << 20;
/** Answers that wait for one before them. */
const MOST_WAITING = 16;

/** Reads rows of RAW for the oracle, on this thread and on others at once: who has nothing to do takes the next piece. */
export class CopyPool {
  /** Columns of RAW that rows have to have. */
  readonly columns: readonly string[];
  readonly #options: Required<CopyPoolOptions>;
  readonly #reader: CopyReader;
  #bytes = 0;
  #threads: ThreadPool | null = null;
  /** Whether the threads have begun: before that nothing is given to them, and nobody waits for it. */
  #begun = false;

  constructor({ worthBytes = 8 << 20, pieceRows = 4096, ...options }: CopyPoolOptions) {
    this.#options = { ...options, worthBytes, pieceRows };
    this.#reader = new CopyReader(options.contract, options.payloadHash);
    this.columns = this.#reader.columns;
  }

  /** Gives the records of all batches, in the order of their rows. */
  async read(batches: AsyncIterable<LayerColumns>, take: (records: Records) => void): Promise<void> {
    const { pieceRows } = this.#options;
    const waiting: Promise<Records>[] = [];
    try {
      for await (const columns of batches) {
        this.#expect(columns);
        for (let from = 0, to = 0; from < columns.rowCount; from = to) {
          // Between two pieces the answers of threads are heard.
          await setImmediate();
          to = pieceEnd(columns, from, pieceRows);
          const piece = this.#ask(columns, from, to);
          // Where another piece fails first, nobody waits for this one.
          piece.catch(() => undefined);
          waiting.push(piece);
          while (waiting.length > MOST_WAITING) take(await waiting.shift()!);
        }
      }
      while (waiting.length > 0) take(await waiting.shift()!);
    } finally {
      await Promise.allSettled(waiting);
    }
  }

  async close(): Promise<void> {
    const threads = this.#threads;
    this.#threads = null;
    if (threads !== null) await (this.#begun ? this.#options.threads!.leave(threads) : threads.close());
  }

  #expect({ texts }: LayerColumns): void {
    const { contract, threads, worthBytes } = this.#options;
    const { offsets, length } = texts['json_payload']!;
    this.#bytes += offsets[length]! - offsets[0]!;
    if (threads === null || this.#threads !== null || this.#bytes < worthBytes) return;
    const started = threads.open();
    this.#threads = started;
    started.beginCopies(contract).then(
      () => {
        this.#begun = true;
      },
      () => undefined,
    );
  }

  async #ask(columns: LayerColumns, from: number, to: number): Promise<Records> {
    if (!this.#begun || !this.#threads!.hasRoom) return this.#reader.read(columns, from, to);
    return new Records(await this.#threads!.readCopies(sliceColumns(columns, from, to)));
  }
}

/** Few rows where payloads are long: a piece is copied on its way to a thread. */
function pieceEnd({ rowCount, texts }: LayerColumns, from: number, rows: number): number {
  const { offsets } = texts['json_payload']!;
  const most = Math.min(rowCount, from + rows);
  let to = from + 1;
  while (to < most && offsets[to + 1]! - offsets[from]! <= PIECE_BYTES) to++;
  return to;
}
