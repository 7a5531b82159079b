import { describe, expect, test } from 'vitest';
import {
  eq,
  FolderCatalog,
  type IcebergError,
  lt,
  MemoryStorage,
  type PlainRow,
  type Table,
  type Transaction,
} from '../src/index.js';
import type { TableTransaction } from '../src/transaction/table-transaction.js';

const ID = { namespace: 'n', name: 't' };
const KEY = { key: ['id'] };

interface Row {
  id: number;
  tag: string;
}

const FILE_A: Row[] = [
  { id: 1, tag: 'x' },
  { id: 2, tag: 'x' },
  { id: 3, tag: 'y' },
];
const FILE_B: Row[] = [
  { id: 4, tag: 'y' },
  { id: 5, tag: 'z' },
];

const create = (catalog: FolderCatalog, formatVersion: 2 | 3): Promise<Table> =>
  catalog.createTable(ID, {
    formatVersion,
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'tag', type: 'string' },
      ],
    },
  });

const catalogOf = (storage: MemoryStorage): FolderCatalog =>
  new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });

const templates = new Map<number, MemoryStorage>();

async function template(formatVersion: 2 | 3): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const table = await create(catalogOf(storage), formatVersion);
  await (await table.append(plain(FILE_A))).table.append(plain(FILE_B));
  templates.set(formatVersion, storage);
  return storage;
}

/** A table of two files of its own; the files are copied, which is faster than writing them. */
async function filledTable(formatVersion: 2 | 3): Promise<{ catalog: FolderCatalog; table: Table }> {
  const written = templates.get(formatVersion) ?? (await template(formatVersion));
  const storage = new MemoryStorage();
  for await (const { path } of written.list('memory://w'))
    await storage.write(path, await written.read(path));
  const catalog = catalogOf(storage);
  return { catalog, table: await catalog.loadTable(ID) };
}

const plain = (rows: readonly Row[]): PlainRow[] => rows.map(({ id, tag }) => ({ id, tag }));
const without = (rows: readonly Row[], test: (row: Row) => boolean): Row[] =>
  rows.filter((row) => !test(row));

/** A change as it is made, and as it is meant. */
interface Change {
  make: (transaction: Transaction, table: Table) => Promise<unknown>;
  means: (rows: readonly Row[]) => Row[];
}

const deletesTag = (mode: 'merge-on-read' | 'copy-on-write'): Change => ({
  make: (transaction) => transaction.delete({ filter: eq('tag', 'x'), mode }),
  means: (rows) => without(rows, ({ tag }) => tag === 'x'),
});
const overwritesTag = (mode: 'merge-on-read' | 'copy-on-write'): Change => ({
  make: (transaction) => transaction.overwrite([{ id: 100, tag: 'x' }], { filter: eq('tag', 'x'), mode }),
  means: (rows) => [...without(rows, ({ tag }) => tag === 'x'), { id: 100, tag: 'x' }],
});
const upserts = (mode: 'merge-on-read' | 'copy-on-write' | 'equality-deletes'): Change => ({
  make: (transaction) => transaction.upsert([{ id: 1, tag: 'new' }], { ...KEY, mode }),
  means: (rows) => [...without(rows, ({ id }) => id === 1), { id: 1, tag: 'new' }],
});
const deletesKey = (mode: 'merge-on-read' | 'copy-on-write' | 'equality-deletes'): Change => ({
  make: (transaction) => transaction.deleteKeys([{ id: 1 }], { ...KEY, mode }),
  means: (rows) => without(rows, ({ id }) => id === 1),
});
/** The row with the id 1, by its place. */
const deletesPosition = (transaction: Transaction, table: Table): Promise<unknown> =>
  fileWith(table, 1).then((file) => transaction.deletePositions([{ file, positions: [0] }]));

const CHANGES = {
  append: {
    make: (transaction) => transaction.append([{ id: 100, tag: 'x' }]),
    means: (rows) => [...rows, { id: 100, tag: 'x' }],
  },
  'delete, merge-on-read': deletesTag('merge-on-read'),
  'delete, copy-on-write': deletesTag('copy-on-write'),
  'delete of a whole file': {
    make: (transaction) => transaction.delete({ filter: lt('id', 4) }),
    means: (rows) => without(rows, ({ id }) => id < 4),
  },
  'overwrite, merge-on-read': overwritesTag('merge-on-read'),
  'overwrite, copy-on-write': overwritesTag('copy-on-write'),
  'upsert, merge-on-read': upserts('merge-on-read'),
  'upsert, copy-on-write': upserts('copy-on-write'),
  'upsert, equality-deletes': upserts('equality-deletes'),
  'deleteKeys, merge-on-read': deletesKey('merge-on-read'),
  'deleteKeys, copy-on-write': deletesKey('copy-on-write'),
  'deleteKeys, equality-deletes': deletesKey('equality-deletes'),
  deletePositions: {
    make: deletesPosition,
    means: (rows) => without(rows, ({ id, tag }) => id === 1 && tag === 'x'),
  },
  'deletePositions and append': {
    make: async (transaction, table) => {
      await deletesPosition(transaction, table);
      await transaction.append([{ id: 1, tag: 'new' }]);
    },
    means: (rows) => [...without(rows, ({ id, tag }) => id === 1 && tag === 'x'), { id: 1, tag: 'new' }],
  },
} satisfies Record<string, Change>;

/** What another transaction commits meanwhile. */
const OTHERS = {
  'appends a row that matches': {
    make: (transaction) => transaction.append([{ id: 1, tag: 'x' }]),
    means: (rows) => [...rows, { id: 1, tag: 'x' }],
  },
  'appends a row that does not': {
    make: (transaction) => transaction.append([{ id: 60, tag: 'z' }]),
    means: (rows) => [...rows, { id: 60, tag: 'z' }],
  },
  'deletes the same row': deletesKey('merge-on-read'),
  'deletes a row of the same file': {
    make: (transaction) => transaction.deleteKeys([{ id: 3 }], KEY),
    means: (rows) => without(rows, ({ id }) => id === 3),
  },
  'deletes a row of another file': {
    make: (transaction) => transaction.deleteKeys([{ id: 5 }], KEY),
    means: (rows) => without(rows, ({ id }) => id === 5),
  },
  'rewrites the file without another row': {
    make: (transaction) => transaction.delete({ filter: eq('id', 3), mode: 'copy-on-write' }),
    means: (rows) => without(rows, ({ id }) => id === 3),
  },
  'deletes the whole file': {
    make: (transaction) => transaction.delete({ filter: lt('id', 4) }),
    means: (rows) => without(rows, ({ id }) => id < 4),
  },
  'compacts the file': {
    make: async (transaction, table) => {
      const compacting = transaction as TableTransaction;
      const file = await fileWith(table, 1);
      const replaced = (await table.scan().planFiles()).filter(
        (task) => task.dataFile.file.filePath === file,
      );
      const added = await compacting.writeDataFiles(plain(FILE_A));
      const { dataSequenceNumber } = replaced[0]!.dataFile;
      compacting.replaceFiles({ replaced, added, dataSequenceNumber });
    },
    means: (rows) => [...rows],
  },
  'adds a column': {
    make: async (transaction) => transaction.addColumns([{ name: 'more', type: 'int' }]),
    means: (rows) => [...rows],
  },
} satisfies Record<string, Change>;

type ChangeName = keyof typeof CHANGES;
type OtherName = keyof typeof OTHERS;

/**
 * `+` commits, `!` is a conflict; two signs are those of serializable and of snapshot isolation. In the order of
 * {@link OTHERS}.
 */
const OUTCOMES: Record<ChangeName, string> = {
  append: '+ + + + + + + + +',
  // Whoever only deletes can live with deletes of others, as in the reference implementation, but not with moved rows.
  'delete, merge-on-read': '!+ + + + + ! + ! +',
  'delete of a whole file': '!+ + + + + ! + ! +',
  // A file that is written anew would bring back what others have deleted from it.
  'delete, copy-on-write': '!+ + ! ! + ! ! ! +',
  // What comes for the deleted rows may have been worked out from them.
  'overwrite, merge-on-read': '!+ + ! ! + ! ! ! +',
  'overwrite, copy-on-write': '!+ + ! ! + ! ! ! +',
  // Keys are looked for again in whatever has appeared.
  'upsert, merge-on-read': '+ + + + + + + + +',
  'upsert, copy-on-write': '! + ! ! + ! ! ! +',
  'upsert, equality-deletes': '+ + + + + + + + +',
  'deleteKeys, merge-on-read': '+ + + + + + + + +',
  'deleteKeys, copy-on-write': '! + ! ! + ! ! ! +',
  'deleteKeys, equality-deletes': '+ + + + + + + + +',
  deletePositions: '+ + + + + ! ! ! +',
  'deletePositions and append': '+ + ! ! + ! ! ! +',
};

async function fileWith(table: Table, id: number): Promise<string> {
  for await (const row of table.scan({ columns: ['_file'], filter: eq('id', id) }).rows())
    return String(row['_file']);
  return expect.fail(`no row ${id}`);
}

async function rowsOf(table: Table): Promise<string[]> {
  const rows: Row[] = [];
  for await (const row of table.scan({ columns: ['id', 'tag'] }).rows())
    rows.push({ id: Number(row['id']), tag: String(row['tag']) });
  return texts(rows);
}

const texts = (rows: readonly Row[]): string[] => rows.map(({ id, tag }) => `${id} ${tag}`).sort();

async function outcome(commit: () => Promise<{ table: Table }>): Promise<{ sign: string; table?: Table }> {
  try {
    return { sign: '+', table: (await commit()).table };
  } catch (error) {
    expect(error).toMatchObject({ code: 'COMMIT_CONFLICT', retryable: true } satisfies Partial<IcebergError>);
    return { sign: '!' };
  }
}

const SETTINGS = [
  { formatVersion: 2, isolation: 'serializable' },
  { formatVersion: 3, isolation: 'serializable' },
  { formatVersion: 3, isolation: 'snapshot' },
] as const;

describe.each(SETTINGS)(
  'in format version $formatVersion, $isolation isolation',
  ({ formatVersion, isolation }) => {
    test.each(Object.keys(CHANGES) as ChangeName[])('%s, while another commits', async (name) => {
      const signs = OUTCOMES[name]
        .split(' ')
        .map((sign) => sign[isolation === 'snapshot' ? sign.length - 1 : 0]);
      const found: Record<string, string> = {};
      for (const otherName of Object.keys(OTHERS) as OtherName[]) {
        const { table } = await filledTable(formatVersion);
        const transaction = table.transaction({ isolation });
        await CHANGES[name].make(transaction, table);
        const other = table.transaction();
        await OTHERS[otherName].make(other, table);
        const between = (await other.commit()).table;
        const { sign, table: after } = await outcome(() => transaction.commit());
        found[otherName] = sign;
        const start = [...FILE_A, ...FILE_B];
        const [change, others] = [CHANGES[name].means, OTHERS[otherName].means];
        const latest = await rowsOf(after ?? (await between.refresh()));
        // A commit leaves what one of the two orders leaves, a conflict what the other commit has left.
        if (sign === '!') expect(latest, otherName).toEqual(texts(others(start)));
        else
          expect([texts(change(others(start))), texts(others(change(start)))], otherName).toContainEqual(
            latest,
          );
      }
      expect(found).toEqual(
        Object.fromEntries(Object.keys(OTHERS).map((other, index) => [other, signs[index]])),
      );
    });
  },
);

describe.each([2, 3] as const)('in format version %i', (formatVersion) => {
  test.each(Object.keys(CHANGES) as ChangeName[])(
    '%s, while the table is dropped and created again',
    async (name) => {
      const { catalog, table } = await filledTable(formatVersion);
      const transaction = table.transaction();
      await CHANGES[name].make(transaction, table);
      await catalog.dropTable(ID);
      const other = await create(catalog, formatVersion);
      expect((await outcome(() => transaction.commit())).sign).toBe('!');
      expect(await rowsOf(await other.refresh())).toEqual([]);
    },
  );

  test.each(Object.keys(CHANGES) as ChangeName[])(
    '%s leaves what it means where nobody else commits',
    async (name) => {
      const { table } = await filledTable(formatVersion);
      const transaction = table.transaction();
      await CHANGES[name].make(transaction, table);
      const { table: after } = await transaction.commit();
      expect(await rowsOf(after)).toEqual(texts(CHANGES[name].means([...FILE_A, ...FILE_B])));
    },
  );
});
