import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../database.js';

/** A record that waits for delivery. */
export interface BufferedRecord {
  readonly seq: number;
  readonly topic: string;
  readonly arrivedMs: number;
  readonly data: Uint8Array;
}

/** What waits and nobody has claimed. */
export interface BufferDepth {
  readonly records: number;
  readonly bytes: number;
  readonly oldestMs: number | null;
}

export interface ClaimOptions {
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly nowMs: number;
  /** How long others leave the records alone while this process runs. */
  readonly claimMs: number;
}

/** The Firehose buffer in SQLite: a record is gone only once its delivery is settled. */
export class BufferStore {
  readonly #database: DatabaseSync;
  readonly #ownerId: number;

  constructor(database: DatabaseSync, ownerId: number) {
    this.#database = database;
    this.#ownerId = ownerId;
  }

  /** All records or none. They outlive the process, and their messages leave the queue only in a later commit. */
  put(records: readonly { readonly topic: string; readonly bytes: Uint8Array }[], nowMs: number): void {
    const insert = this.#database.prepare('INSERT INTO buffer (topic, bytes, arrived_ms) VALUES (?, ?, ?)');
    const insertData = this.#database.prepare('INSERT INTO buffer_data (seq, data) VALUES (?, ?)');
    inTransaction(this.#database, () => {
      for (const { topic, bytes } of records) {
        const { lastInsertRowid } = insert.run(topic, bytes.byteLength, nowMs);
        insertData.run(lastInsertRowid, bytes);
      }
    });
  }

  depth(): BufferDepth {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS records, coalesce(sum(bytes), 0) AS bytes, min(arrived_ms) AS oldest
           FROM buffer INDEXED BY buffer_waiting WHERE owner_id IS NULL`,
      )
      .get() as unknown as { records: number; bytes: number; oldest: number | null };
    return { records: row.records, bytes: row.bytes, oldestMs: row.oldest };
  }

  /** Records that somebody is delivering now, and when the last of those claims ends. */
  claimed(): { readonly records: number; readonly until: number | null } {
    const row = this.#database
      .prepare(
        'SELECT count(*) AS records, max(claimed_until) AS until FROM buffer WHERE owner_id IS NOT NULL',
      )
      .get() as unknown as { records: number; until: number | null };
    return row;
  }

  /** Ends the claims whose time is over: their records wait again. */
  releaseExpired(nowMs: number): void {
    this.#database
      .prepare(
        'UPDATE buffer SET owner_id = NULL, claimed_until = NULL WHERE owner_id IS NOT NULL AND claimed_until <= ?',
      )
      .run(nowMs);
  }

  /** Takes the oldest records for delivery, up to both limits (one record at least). */
  claim(options: ClaimOptions): BufferedRecord[] {
    const { maxRecords, maxBytes, nowMs, claimMs } = options;
    return inTransaction(this.#database, () => {
      this.releaseExpired(nowMs);
      const rows = this.#database
        .prepare(
          `SELECT seq, topic, bytes, arrived_ms, data FROM buffer JOIN buffer_data USING (seq)
            WHERE owner_id IS NULL ORDER BY seq LIMIT ?`,
        )
        .iterate(maxRecords) as unknown as Iterable<BufferRow>;
      const claimed: BufferedRecord[] = [];
      let bytes = 0;
      for (const row of rows) {
        bytes += row.bytes;
        if (claimed.length > 0 && bytes > maxBytes) break;
        claimed.push({ seq: row.seq, topic: row.topic, arrivedMs: row.arrived_ms, data: row.data });
      }
      const first = claimed[0];
      if (first === undefined) return claimed;
      // Between the first and the last nothing else waits: one statement marks them all.
      this.#database
        .prepare(
          'UPDATE buffer SET owner_id = ?, claimed_until = ? WHERE owner_id IS NULL AND seq BETWEEN ? AND ?',
        )
        .run(this.#ownerId, nowMs + claimMs, first.seq, (claimed.at(-1) ?? first).seq);
      return claimed;
    });
  }

  /** Forgets settled records. */
  remove(records: readonly BufferedRecord[]): void {
    const remove = this.#database.prepare('DELETE FROM buffer WHERE seq = ?');
    const removeData = this.#database.prepare('DELETE FROM buffer_data WHERE seq = ?');
    inTransaction(this.#database, () => {
      for (const { seq } of records) {
        remove.run(seq);
        removeData.run(seq);
      }
    });
  }

  /** Gives records back for another delivery. */
  release(records: readonly BufferedRecord[]): void {
    const release = this.#database.prepare(
      'UPDATE buffer SET owner_id = NULL, claimed_until = NULL WHERE seq = ? AND owner_id = ?',
    );
    inTransaction(this.#database, () => {
      for (const { seq } of records) release.run(seq, this.#ownerId);
    });
  }

  /** The encoded envelopes of a topic that are not delivered yet. */
  *pending(topic: string): Iterable<Uint8Array> {
    const rows = this.#database
      .prepare('SELECT data FROM buffer JOIN buffer_data USING (seq) WHERE topic = ? ORDER BY seq')
      .all(topic) as unknown as { data: Uint8Array }[];
    for (const row of rows) yield row.data;
  }
}

interface BufferRow {
  seq: number;
  topic: string;
  bytes: number;
  arrived_ms: number;
  data: Uint8Array;
}
