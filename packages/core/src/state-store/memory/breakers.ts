import type { BreakerRow, BreakerStore, OutcomeCounts } from '../../ports/breaker-store.js';
import { addCounts, compareCounts, forgottenBefore, mayReplace } from '../breaker-rules.js';

export class MemoryBreakerStore implements BreakerStore {
  readonly #rows = new Map<string, BreakerRow>();
  readonly #counts = new Map<string, OutcomeCounts>();

  async get(scope: string): Promise<BreakerRow | null> {
    const row = this.#rows.get(scope);
    return row === undefined ? null : { ...row };
  }

  async list(): Promise<BreakerRow[]> {
    return [...this.#rows.values()]
      .map((row) => ({ ...row }))
      .sort((left, right) => (left.scope < right.scope ? -1 : 1));
  }

  async save(row: BreakerRow): Promise<BreakerRow | null> {
    if (!mayReplace(this.#rows.get(row.scope) ?? null, row)) return null;
    const saved = { ...row, revision: row.revision + 1 };
    this.#rows.set(row.scope, saved);
    return { ...saved };
  }

  async count(counts: OutcomeCounts): Promise<void> {
    const identity = `${counts.minute}/${counts.topic}`;
    const known = this.#counts.get(identity);
    this.#counts.set(identity, known === undefined ? { ...counts } : addCounts(known, counts));
    if (known !== undefined) return;
    for (const [other, { minute }] of this.#counts) {
      if (minute < forgottenBefore(counts.minute)) this.#counts.delete(other);
    }
  }

  async counts(since: number): Promise<OutcomeCounts[]> {
    return [...this.#counts.values()]
      .filter(({ minute }) => minute >= since)
      .map((counts) => ({ ...counts }))
      .sort(compareCounts);
  }
}
