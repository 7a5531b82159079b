import type { DatabaseSync } from 'node:sqlite';
import type { Journal, JournalDocument, JournalStore } from '../../ports/journal-store.js';
import type { Transact } from './transact.js';

interface JournalTableRow {
  revision: bigint;
  name: string;
  document: string;
}

export function sqliteJournalStore(database: DatabaseSync, transact: Transact): JournalStore {
  const select = database.prepare('SELECT * FROM journals WHERE name = ?');
  select.setReadBigInts(true);
  // substr, because LIKE takes `_` and `%` of a name for its own.
  const selectNames = database.prepare(
    'SELECT name FROM journals WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name',
  );
  const insert = database.prepare('INSERT INTO journals (name, document) VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM journals WHERE name = ?');
  const find = (name: string): Journal | null => {
    const row = select.get(name) as JournalTableRow | undefined;
    return row === undefined
      ? null
      : { name, revision: String(row.revision), document: JSON.parse(row.document) as JournalDocument };
  };
  // A row is never updated: AUTOINCREMENT gives no position twice, which makes it the revision.
  const write = (name: string, document: JournalDocument): Journal | null => {
    remove.run(name);
    insert.run(name, JSON.stringify(document));
    return find(name);
  };
  const isStored = ({ name, revision }: Journal): boolean => find(name)?.revision === revision;
  return {
    async get(name) {
      return find(name);
    },
    async create(name, document) {
      return transact(() => (find(name) === null ? write(name, document) : null));
    },
    async replace(journal, document) {
      return transact(() => (isStored(journal) ? write(journal.name, document) : null));
    },
    async remove(journal) {
      return transact(() => isStored(journal) && remove.run(journal.name).changes > 0);
    },
    async list(prefix) {
      return (selectNames.all(prefix) as unknown as { name: string }[]).map(({ name }) => name);
    },
  };
}
