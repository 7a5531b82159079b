import fc from 'fast-check';
import { type Expression, IcebergError, type KeyMode, type RowMode, type Table } from '../../../src/index.js';
import { filterArbitrary, matches, renamed } from './filters.js';
import { idArbitrary, type NewRow, rowArbitrary, uniqueRows } from './rows.js';
import { keyOfRead, type Row, type TableModel } from './table-model.js';

/** One change of a table. */
export type Step =
  | { kind: 'append'; rows: NewRow[] }
  | { kind: 'upsert'; rows: NewRow[]; mode: KeyMode }
  | { kind: 'deleteKeys'; ids: bigint[]; mode: KeyMode }
  | { kind: 'deletePositions'; every: number }
  | { kind: 'delete'; filter: Expression; mode: RowMode }
  | { kind: 'overwrite'; filter: Expression; rows: NewRow[]; mode: RowMode }
  | { kind: 'addColumn'; initial: string | null }
  | { kind: 'dropColumn' | 'rename' | 'widen' | 'upgrade' }
  | { kind: 'rewriteManifests' | 'tag' | 'rollback' }
  | { kind: 'repartition'; term: string }
  | { kind: 'compact'; sorted: boolean }
  | { kind: 'expire'; keep: number }
  | { kind: 'branch'; rows: NewRow[] };

const rowMode = fc.constantFrom<RowMode>('merge-on-read', 'copy-on-write');
const keyMode = fc.constantFrom<KeyMode>('merge-on-read', 'copy-on-write', 'equality-deletes');
const rows = fc.array(rowArbitrary, { maxLength: 8 });
const kind = <Kind extends string>(name: Kind): fc.Arbitrary<Kind> => fc.constant(name);

const TERMS = [
  'bucket(3, id)',
  'truncate(2, name)',
  'month(day)',
  'truncate(4, n)',
  'n',
  'score',
  'year(day)',
];

export const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kind('append'), rows }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('upsert'), rows: uniqueRows, mode: keyMode }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('deleteKeys'),
      ids: fc.array(idArbitrary, { minLength: 1, maxLength: 4 }),
      mode: keyMode,
    }),
  },
  fc.record({ kind: kind('deletePositions'), every: fc.integer({ min: 2, max: 5 }) }),
  { weight: 2, arbitrary: fc.record({ kind: kind('delete'), filter: filterArbitrary, mode: rowMode }) },
  fc.record({ kind: kind('overwrite'), filter: filterArbitrary, rows, mode: rowMode }),
  fc.record({ kind: kind('addColumn'), initial: fc.constantFrom(null, 'e', 'before') }),
  fc.record({ kind: fc.constantFrom('dropColumn' as const, 'rename' as const, 'widen' as const) }),
  fc.record({ kind: kind('upgrade') }),
  fc.record({ kind: kind('rewriteManifests') }),
  fc.record({ kind: fc.constantFrom('tag' as const, 'rollback' as const) }),
  fc.record({ kind: kind('repartition'), term: fc.constantFrom(...TERMS) }),
  { weight: 2, arbitrary: fc.record({ kind: kind('compact'), sorted: fc.boolean() }) },
  fc.record({ kind: kind('expire'), keep: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: kind('branch'), rows }),
);

/** Makes a change of the table and of its model. */
export async function applyStep(table: Table, model: TableModel, step: Step): Promise<Table> {
  const idsOf = (given: readonly { id: bigint }[]): Set<bigint> => new Set(given.map(({ id }) => id));
  const without = (ids: ReadonlySet<bigint>): Row[] =>
    model.rows.filter((row) => !ids.has(model.value(row, 'id') as bigint));
  const written = (given: readonly NewRow[]) => given.map((row) => model.written(row));
  const stored = (given: readonly NewRow[]) => given.map((row) => model.stored(row));
  switch (step.kind) {
    case 'append': {
      const { table: next } = await table.append(written(step.rows));
      model.rows = [...model.rows, ...stored(step.rows)];
      return next;
    }
    case 'upsert': {
      const next = await byKey(step.mode, (mode) => table.upsert(written(step.rows), { key: ['id'], mode }));
      model.rows = [...without(idsOf(step.rows)), ...stored(step.rows)];
      return next;
    }
    case 'deleteKeys': {
      const keys = step.ids.map((id) => ({ id }));
      const next = await byKey(step.mode, (mode) => table.deleteKeys(keys, { key: ['id'], mode }));
      model.rows = without(idsOf(keys));
      return next;
    }
    case 'deletePositions':
      return deletePositions(table, model, step.every);
    case 'delete': {
      const filter = renamed(step.filter, model);
      if (filter === null) return table;
      const { table: next } = await table.delete({ filter, mode: step.mode });
      model.rows = model.rows.filter((row) => matches(step.filter, row, model) !== true);
      return next;
    }
    case 'overwrite': {
      const filter = renamed(step.filter, model);
      if (filter === null) return table;
      const { table: next } = await table.overwrite(written(step.rows), { filter, mode: step.mode });
      const kept = model.rows.filter((row) => matches(step.filter, row, model) !== true);
      model.rows = [...kept, ...stored(step.rows)];
      return next;
    }
    case 'branch': {
      const branched = model.branch === null ? await branchOff(table, model) : table;
      if (branched === null) return table;
      const { table: next } = await branched.append(written(step.rows), { branch: 'audit' });
      model.branch = [...model.branch!, ...stored(step.rows)];
      return next;
    }
    case 'tag': {
      const snapshot = table.currentSnapshot();
      if (snapshot === null) return table;
      const name = `tag ${model.tags.size}`;
      model.tags.set(name, snapshot.snapshotId);
      return (await table.createTag(name)).table;
    }
    case 'rollback': {
      const back = table.ancestors()[1];
      // A compaction that also removes deletes of nothing makes two snapshots, of which the model has seen the second.
      const seen = back === undefined ? undefined : model.snapshots.get(back.snapshotId);
      if (back === undefined || seen === undefined) return table;
      model.rows = [...seen.rows];
      return (await table.rollbackTo({ snapshotId: back.snapshotId })).table;
    }
    case 'compact':
      return (
        await table.compact({
          rewriteAll: true,
          ...(step.sorted ? { strategy: 'sort', sortBy: ['id desc'] } : {}),
        })
      ).table;
    case 'rewriteManifests':
      return (await table.rewriteManifests()).table;
    case 'expire':
      return (await table.expireSnapshots({ olderThan: Date.now() + 60_000, retainLast: step.keep })).table;
    default:
      return evolve(table, model, step);
  }
}

/** Equality deletes are refused where the key does not tell the partition. */
async function byKey(mode: KeyMode, change: (mode: KeyMode) => Promise<{ table: Table }>): Promise<Table> {
  try {
    return (await change(mode)).table;
  } catch (error) {
    const refused = error instanceof IcebergError && error.code === 'INVALID_ARGUMENT';
    if (mode !== 'equality-deletes' || !refused) throw error;
    return (await change('merge-on-read')).table;
  }
}

async function deletePositions(table: Table, model: TableModel, every: number): Promise<Table> {
  const transaction = table.transaction();
  const byFile = new Map<string, bigint[]>();
  const columns = [...table.schema().fields.map((field) => field.name), '_file', '_pos'];
  let index = 0;
  for await (const row of table.scan({ columns }).rows()) {
    if (index++ % every !== 0) continue;
    const { _file: file, _pos: position, ...values } = row as { _file: string; _pos: bigint };
    byFile.set(file, [...(byFile.get(file) ?? []), position]);
    const key = keyOfRead(values);
    model.rows.splice(
      model.rows.findIndex((candidate) => model.keyOf(candidate) === key),
      1,
    );
  }
  await transaction.deletePositions([...byFile].map(([file, positions]) => ({ file, positions })));
  return (await transaction.commit()).table;
}

async function branchOff(table: Table, model: TableModel): Promise<Table | null> {
  if (table.currentSnapshot() === null) return null;
  model.branch = [...model.rows];
  return (await table.createBranch('audit')).table;
}

type Evolution = Extract<
  Step,
  { kind: 'addColumn' | 'dropColumn' | 'rename' | 'widen' | 'upgrade' | 'repartition' }
>;

async function evolve(table: Table, model: TableModel, step: Evolution): Promise<Table> {
  switch (step.kind) {
    case 'addColumn': {
      if (model.has('extra')) return table;
      const initial = table.metadata.formatVersion >= 3 ? step.initial : null;
      model.addExtra(initial);
      const options = initial === null ? {} : { initialDefault: initial };
      return (await table.updateSchema((change) => change.addColumn('extra', 'string', options))).table;
    }
    case 'dropColumn':
      if (!model.has('extra')) return table;
      model.dropExtra();
      return (await table.updateSchema((change) => change.dropColumn('extra'))).table;
    case 'rename': {
      const from = model.nameOf('name');
      const to = from === 'name' ? 'title' : 'name';
      model.rename('name', to);
      return (await table.updateSchema((change) => change.renameColumn(from, to))).table;
    }
    case 'widen':
      return (await table.updateSchema((change) => change.widenColumn('n', 'long'))).table;
    case 'upgrade':
      return (await table.upgradeFormatVersion(3)).table;
    case 'repartition': {
      const term = step.term.replace('name', model.nameOf('name'));
      // It is there already, or another of its name is: then it goes, or all stays as it was.
      for (const change of ['addField', 'removeField'] as const) {
        try {
          return (await table.updatePartitioning((partitioning) => partitioning[change](term))).table;
        } catch (error) {
          if (!(error instanceof IcebergError) || error.code !== 'INVALID_ARGUMENT') throw error;
        }
      }
      return table;
    }
  }
}
