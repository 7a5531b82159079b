import type { RecordBatch } from 'apache-arrow';

/**
 * Rows of batches, one by one. An async generator would do, but hands a row over in three steps where one is enough.
 */
export class RowIterator<Row> implements AsyncIterableIterator<Row> {
  readonly #batches: AsyncIterator<RecordBatch>;
  readonly #rowsOf: (batch: RecordBatch) => Iterator<Row>;
  #rows: Iterator<Row> | null = null;
  /** The step before, while the next batch is waited for: rows keep their order whoever asks first. */
  #pending: Promise<unknown> | null = null;
  #ended = false;

  constructor(batches: AsyncIterator<RecordBatch>, rowsOf: (batch: RecordBatch) => Iterator<Row>) {
    this.#batches = batches;
    this.#rowsOf = rowsOf;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Row>> {
    if (this.#pending === null) {
      const row = this.#ended ? { done: true as const, value: undefined } : this.#rows?.next();
      if (row !== undefined && (this.#ended || row.done !== true)) return Promise.resolve(row);
    }
    return this.#afterPending(() => this.#advance());
  }

  return(): Promise<IteratorResult<Row>> {
    return this.#afterPending(async () => {
      this.#ended = true;
      this.#rows = null;
      await this.#batches.return?.();
      return { done: true, value: undefined };
    });
  }

  #afterPending(step: () => Promise<IteratorResult<Row>>): Promise<IteratorResult<Row>> {
    const before = this.#pending;
    const run = before === null ? step() : before.then(step, step);
    this.#pending = run;
    const settle = (): void => {
      if (this.#pending === run) this.#pending = null;
    };
    run.then(settle, settle);
    return run;
  }

  async #advance(): Promise<IteratorResult<Row>> {
    for (;;) {
      const row = this.#ended ? undefined : this.#rows?.next();
      if (row !== undefined && row.done !== true) return row;
      if (this.#ended) return { done: true, value: undefined };
      const batch = await this.#nextBatch();
      if (batch === null) this.#ended = true;
      else this.#rows = this.#rowsOf(batch);
    }
  }

  async #nextBatch(): Promise<RecordBatch | null> {
    try {
      const batch = await this.#batches.next();
      return batch.done === true ? null : batch.value;
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }
}
