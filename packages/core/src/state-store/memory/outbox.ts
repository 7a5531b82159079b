import type { OpsEntry, OpsOutbox, OpsTable } from '../../ports/state-store.js';

export class MemoryOpsOutbox implements OpsOutbox {
  readonly #known = new Set<string>();
  #waiting: OpsEntry[] = [];
  #lastSequence = 0;

  async put(entries: readonly Omit<OpsEntry, 'sequence'>[]): Promise<void> {
    for (const entry of entries) {
      const identity = `${entry.table}/${entry.id}`;
      if (this.#known.has(identity)) continue;
      this.#known.add(identity);
      this.#lastSequence += 1;
      const { id, table, row } = entry;
      this.#waiting.push({ sequence: this.#lastSequence, id, table, row: { ...row } });
    }
  }

  async peek(table: OpsTable, limit: number): Promise<OpsEntry[]> {
    return this.#waiting
      .filter((entry) => entry.table === table)
      .slice(0, limit)
      .map((entry) => ({ ...entry, row: { ...entry.row } }));
  }

  async removeThrough(table: OpsTable, sequence: number): Promise<void> {
    this.#waiting = this.#waiting.filter((entry) => entry.table !== table || entry.sequence > sequence);
  }
}
