import type { DatabaseSync } from 'node:sqlite';
import type { OpsEntry, OpsOutbox, OpsTable } from '../../ports/state-store.js';
import type { Transact } from './transact.js';

interface OutboxRow {
  sequence: number;
  ops_table: OpsTable;
  id: string;
  row: string;
}

export function sqliteOpsOutbox(database: DatabaseSync, transact: Transact): OpsOutbox {
  const insert = database.prepare(
    'INSERT INTO outbox (ops_table, id, row) VALUES (?, ?, ?) ON CONFLICT (ops_table, id) DO NOTHING',
  );
  const select = database.prepare(
    'SELECT * FROM outbox WHERE ops_table = ? AND row IS NOT NULL ORDER BY sequence LIMIT ?',
  );
  const clear = database.prepare(
    'UPDATE outbox SET row = NULL WHERE ops_table = ? AND sequence <= ? AND row IS NOT NULL',
  );
  return {
    async put(entries) {
      transact(() => {
        for (const { table, id, row } of entries) insert.run(table, id, JSON.stringify(row));
      });
    },
    async peek(table, limit) {
      return (select.all(table, limit) as unknown as OutboxRow[]).map(entryOf);
    },
    async removeThrough(table, sequence) {
      transact(() => clear.run(table, sequence));
    },
  };
}

function entryOf(row: OutboxRow): OpsEntry {
  return {
    sequence: row.sequence,
    id: row.id,
    table: row.ops_table,
    row: JSON.parse(row.row) as OpsEntry['row'],
  };
}
