import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Expression,
  eq,
  gt,
  isNull,
  type KeyMode,
  lt,
  MemoryCatalog,
  type NewField,
  notNull,
  or,
  type RowMode,
  type Table,
} from '../../src/index.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 300 : 15;
const SEED = 20261123;

interface Row {
  id: bigint;
  name: string | null;
  score: number | null;
}

const FIELDS: NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string' },
  { name: 'score', type: 'double' },
];
const COLUMNS = FIELDS.map((field) => field.name);

const filters = fc.constantFrom<Expression>(
  gt('id', 3),
  eq('name', 'a'),
  or(isNull('score'), lt('id', 2)),
  notNull('name'),
);

/** One commit, drawn at random. To cover a new way to commit, add a kind of step. */
type Step = (table: Table) => Promise<Table>;

const ids = fc.integer({ min: 0, max: 6 }).map(BigInt);
const rowArbitrary: fc.Arbitrary<Row> = fc.record({
  id: ids,
  // Few values, so that rows are often equal, with the same key or another.
  name: fc.option(fc.constantFrom('a', 'b', 'x'.repeat(60))),
  score: fc.option(fc.constantFrom(0, -0, 1.5, Number.NaN)),
});
const uniqueRows = fc.uniqueArray(rowArbitrary, { minLength: 1, maxLength: 6, selector: (row) => row.id });

const modes = fc.constantFrom<RowMode>('merge-on-read', 'copy-on-write');
const keyModes = fc.constantFrom<KeyMode>('merge-on-read', 'copy-on-write', 'equality-deletes');

/** Equality deletes need the partitioned columns in the key. */
function modeFor(table: Table, mode: KeyMode): KeyMode {
  const other = table.spec().fields.some((field) => field.sourceId !== 1);
  return other && mode === 'equality-deletes' ? 'merge-on-read' : mode;
}

const append: fc.Arbitrary<Step> = fc
  .array(rowArbitrary, { maxLength: 6 })
  .map((rows) => async (table) => (await table.append(rows.map((row) => ({ ...row })))).table);

const upsert: fc.Arbitrary<Step> = fc.tuple(uniqueRows, keyModes).map(
  ([rows, mode]) =>
    async (table) =>
      (
        await table.upsert(
          rows.map((row) => ({ ...row })),
          { key: ['id'], mode: modeFor(table, mode) },
        )
      ).table,
);

const deleteKeys: fc.Arbitrary<Step> = fc
  .tuple(fc.array(ids, { minLength: 1, maxLength: 3 }), keyModes)
  .map(([gone, mode]) => async (table) => {
    const keys = gone.map((id) => ({ id }));
    return (await table.deleteKeys(keys, { key: ['id'], mode: modeFor(table, mode) })).table;
  });

const deletePositions: fc.Arbitrary<Step> = fc.integer({ min: 1, max: 4 }).map((every) => async (table) => {
  const byFile = new Map<string, bigint[]>();
  let index = 0;
  for await (const row of table.scan({ columns: ['_file', '_pos'] }).rows()) {
    if (index++ % every !== 0) continue;
    const file = row['_file'] as string;
    byFile.set(file, [...(byFile.get(file) ?? []), row['_pos'] as bigint]);
  }
  const transaction = table.transaction();
  await transaction.deletePositions([...byFile].map(([file, positions]) => ({ file, positions })));
  return (await transaction.commit()).table;
});

const deleteByFilter: fc.Arbitrary<Step> = fc.tuple(filters, modes).map(
  ([filter, mode]) =>
    async (table) =>
      (await table.delete({ filter, mode })).table,
);

/** Often by the very rows that are there. */
const overwrite: fc.Arbitrary<Step> = fc
  .tuple(filters, fc.array(rowArbitrary, { maxLength: 5 }), fc.boolean(), modes)
  .map(([filter, rows, again, mode]) => async (table) => {
    const kept: Record<string, unknown>[] = [];
    if (again) for await (const row of table.scan({ filter, columns: COLUMNS }).rows()) kept.push(row);
    return (await table.overwrite([...kept, ...rows.map((row) => ({ ...row }))], { filter, mode })).table;
  });

/** Several changes of one commit. */
const appendAndUpsert: fc.Arbitrary<Step> = fc
  .tuple(fc.array(rowArbitrary, { maxLength: 4 }), uniqueRows, modes)
  .map(([appended, upserted, mode]) => async (table) => {
    const transaction = table.transaction();
    await transaction.append(appended.map((row) => ({ ...row })));
    await transaction.upsert(
      upserted.map((row) => ({ ...row })),
      { key: ['id'], mode },
    );
    return (await transaction.commit()).table;
  });

/** Changes that leave the rows as they are. */
const addColumn: Step = async (table) =>
  (
    await table
      .transaction()
      .addColumns([{ name: 'extra', type: 'string' }])
      .commit()
  ).table;
const compact: Step = async (table) => (await table.compact({ rewriteAll: true })).table;
const compactDeleted: Step = async (table) =>
  (await table.compact({ deleteFileThreshold: 1, removeDanglingDeletes: true })).table;
const rewriteManifests: Step = async (table) => (await table.rewriteManifests()).table;
const upgrade: Step = async (table) => (await table.upgradeFormatVersion(3)).table;
const repartition: Step = async (table) =>
  (
    await table.updatePartitioning((change) => {
      if (table.spec().fields.length === 0) change.addField('bucket(3, id)');
      else change.removeField(table.spec().fields[0]!.name);
    })
  ).table;

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  append,
  upsert,
  deleteKeys,
  deletePositions,
  deleteByFilter,
  overwrite,
  appendAndUpsert,
  fc.constantFrom(addColumn, compact, compactDeleted, rewriteManifests, upgrade, repartition),
);

/** A multiset of rows, as texts in which NaN and zeros of both signs differ. */
class Rows {
  readonly counts = new Map<string, number>();

  add(text: string, count = 1): void {
    const next = (this.counts.get(text) ?? 0) + count;
    if (next === 0) this.counts.delete(text);
    else this.counts.set(text, next);
  }

  minus(other: Rows): Rows {
    const result = new Rows();
    for (const [text, count] of this.counts) {
      const left = count - (other.counts.get(text) ?? 0);
      if (left > 0) result.add(text, left);
    }
    return result;
  }
}

function textOf(row: Record<string, unknown>): string {
  const score = Object.is(row['score'], -0) ? '-0' : String(row['score']);
  return JSON.stringify([String(row['id']), row['name'], score]);
}

async function rowsAt(table: Table, snapshotId: bigint | null): Promise<Rows> {
  const rows = new Rows();
  if (snapshotId === null) return rows;
  for await (const row of table.scan({ snapshotId, columns: COLUMNS }).rows()) rows.add(textOf(row));
  return rows;
}

interface Change {
  type: string;
  ordinal: number;
  snapshotId: bigint;
  id: bigint;
  text: string;
}

async function changesOf(
  table: Table,
  options: Parameters<Table['changelogScan']>[0] = {},
): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const row of table.changelogScan(options).rows()) {
    changes.push({
      type: row['_change_type'] as string,
      ordinal: row['_change_ordinal'] as number,
      snapshotId: row['_commit_snapshot_id'] as bigint,
      id: row['id'] as bigint,
      text: textOf(row),
    });
  }
  return changes;
}

const REMOVED = new Set(['delete', 'update_before']);

test('a changelog says of every snapshot exactly which rows came and went, and leads from one version to another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<string[]>([], ['bucket(2, id)'], ['name']),
      fc.array(stepArbitrary, { minLength: 1, maxLength: 7 }),
      filters,
      fc.nat(),
      async (partitionBy, steps, filter, seed) => {
        let table = await new MemoryCatalog().createTable(
          { namespace: 'n', name: 't' },
          { schema: { fields: FIELDS }, partitionBy },
        );
        for (const step of steps) table = await step(table);
        const lineage = table.ancestors().reverse();
        const whole = await changesOf(table);

        const counted = lineage.filter((snapshot) => snapshot.operation !== 'replace');
        for (const [ordinal, snapshot] of counted.entries()) {
          const [before, after] = [
            await rowsAt(table, snapshot.parentSnapshotId),
            await rowsAt(table, snapshot.snapshotId),
          ];
          const came = new Rows();
          const went = new Rows();
          for (const change of whole.filter((candidate) => candidate.ordinal === ordinal)) {
            expect(change.snapshotId).toBe(snapshot.snapshotId);
            (REMOVED.has(change.type) ? went : came).add(change.text);
          }
          expect(went.counts).toEqual(before.minus(after).counts);
          expect(came.counts).toEqual(after.minus(before).counts);
        }

        // From any snapshot to any later one.
        if (lineage.length > 1) {
          const at = seed % (lineage.length - 1);
          const end = at + 1 + (seed % (lineage.length - at - 1));
          const [from, to] = [lineage[at]!, lineage[end]!];
          const rows = await rowsAt(table, from.snapshotId);
          const span = { fromSnapshotId: from.snapshotId, toSnapshotId: to.snapshotId };
          for (const change of await changesOf(table, span))
            rows.add(change.text, REMOVED.has(change.type) ? -1 : 1);
          expect(rows.counts).toEqual((await rowsAt(table, to.snapshotId)).counts);
        }

        // A key turns pairs into updates and changes nothing else; a filter and columns only leave out.
        const keyed = await changesOf(table, { key: ['id'] });
        const plainType = (type: string) =>
          REMOVED.has(type) ? 'delete' : type === 'update_after' ? 'insert' : type;
        const sorted = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item, bigints)).sort();
        expect(sorted(keyed.map((change) => ({ ...change, type: plainType(change.type) })))).toEqual(
          sorted(whole),
        );
        for (const [ordinal, id] of new Set(keyed.map((change) => [change.ordinal, change.id] as const))) {
          const of = (type: string) =>
            keyed.filter((change) => change.ordinal === ordinal && change.id === id && change.type === type)
              .length;
          expect(of('update_before')).toBe(of('update_after'));
          expect(Math.min(of('delete'), of('insert'))).toBe(0);
        }
        const matching = new Set<string>();
        for (const snapshot of lineage)
          for await (const row of table
            .scan({ snapshotId: snapshot.snapshotId, columns: COLUMNS, filter })
            .rows())
            matching.add(textOf(row));
        for (const key of [[], ['id']]) {
          const all = key.length === 0 ? whole : keyed;
          const found = await changesOf(table, {
            filter,
            columns: COLUMNS,
            ...(key.length > 0 ? { key } : {}),
          });
          expect(sorted(found)).toEqual(sorted(all.filter((change) => matching.has(change.text))));
        }
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
}, 600_000);

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
