import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database.js';
import { formatIdentity, isDead, ownIdentity, parseIdentity } from './process-identity.js';

/**
 * Who claims messages and buffered records. A claim ends by its time-out, or at once when its process is gone, so
 * that a restart after a crash need not wait.
 */
export class OwnerRegistry {
  readonly ownerId: number;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const inserted = database
      .prepare('INSERT INTO owners (identity) VALUES (?)')
      .run(formatIdentity(ownIdentity()));
    this.ownerId = Number(inserted.lastInsertRowid);
  }

  /** Gives up the claims of processes that no longer run. */
  releaseDeadOwners(): void {
    const rows = this.#database
      .prepare('SELECT owner_id, identity FROM owners WHERE owner_id <> ?')
      .all(this.ownerId) as unknown as { owner_id: number; identity: string }[];
    for (const row of rows) {
      const identity = parseIdentity(row.identity);
      if (identity === null || isDead(identity)) this.#forget(row.owner_id);
    }
  }

  /** Gives up this owner's claims and its name. */
  close(): void {
    this.#forget(this.ownerId);
  }

  #forget(ownerId: number): void {
    inTransaction(this.#database, () => {
      for (const statement of [
        'UPDATE messages SET visible_at = 0, owner_id = NULL WHERE owner_id = ?',
        'UPDATE buffer SET owner_id = NULL, claimed_until = NULL WHERE owner_id = ?',
        'DELETE FROM owners WHERE owner_id = ?',
      ]) {
        this.#database.prepare(statement).run(ownerId);
      }
    });
  }
}
