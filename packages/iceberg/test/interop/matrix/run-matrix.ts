import type { NewType } from '../../../src/index.js';
import { canonical, sortRows } from '../../support/canonical-rows.js';
import type { PeerOutcome } from '../peer-session.js';
import type { Engine, EngineName, Task } from './engine.js';
import { cannotWrite, type Engines, PEERS, type PlannedTable, planTables, readersOf } from './plan.js';
import { Model, type Shape } from './shape.js';
import { SHAPES } from './shapes.js';
import { sqlType } from './sql.js';

export type Section = 'we write' | 'they write' | 'in turns';

/** What was seen of one shape with one other engine: `same`, `n/a: reason`, or what differed. */
export interface MatrixRow {
  readonly shape: Shape;
  readonly cells: Record<Section, Record<Exclude<EngineName, 'ours'>, string>>;
}

interface RunningTable extends PlannedTable {
  readonly model: Model;
  /** The first difference or failure, by engine. */
  readonly faults: Map<EngineName, string>;
  failed: boolean;
}

/** Writes and reads tables of every shape: all tables take their first step, are read, take their second, and so on. */
export async function runMatrix(
  shapes: readonly Shape[],
  engines: Engines,
  onRound: (round: string) => void = () => undefined,
): Promise<MatrixRow[]> {
  const tables = shapes.flatMap((shape) =>
    planTables(shape, SHAPES.indexOf(shape), engines).map(
      (planned): RunningTable => ({ ...planned, model: new Model(shape), faults: new Map(), failed: false }),
    ),
  );
  await write(tables, () => 'create');
  const rounds = Math.max(...shapes.map((shape) => shape.steps.length));
  for (let round = 0; round < rounds; round++) {
    const moving = tables.filter((table) => !table.failed && round < table.shape.steps.length);
    await write(moving, (table) => table.shape.steps[round]!, round);
    onRound(`step ${round + 1} written`);
    for (const table of moving) table.model.apply(table.shape.steps[round]!);
    await readAll(moving, round, engines);
    onRound(`step ${round + 1} read`);
  }
  return shapes.map((shape) => summarise(shape, tables, engines));
}

/** Engines work side by side, each on its own tables. */
async function eachEngine(
  tasks: readonly { engine: Engine; table: RunningTable; task: Task }[],
  onOutcome: (engine: Engine, table: RunningTable, outcome: PeerOutcome) => void,
): Promise<void> {
  const byEngine = Map.groupBy(tasks, ({ engine }) => engine);
  await Promise.all(
    Array.from(byEngine, async ([engine, own]) => {
      const outcomes = await engine.run(own.map(({ task }) => task));
      for (const [at, outcome] of outcomes.entries()) onOutcome(engine, own[at]!.table, outcome);
    }),
  );
}

async function write(
  tables: readonly RunningTable[],
  workOf: (table: RunningTable) => Task['work'],
  round = -1,
): Promise<void> {
  const tasks = tables.map((table) => ({
    engine: round < 0 ? table.creator : table.writers[round]!,
    table,
    task: { table: table.name, shape: table.shape, model: table.model, work: workOf(table) },
  }));
  await eachEngine(tasks, (engine, table, outcome) => {
    if (!('error' in outcome)) return;
    const work = workOf(table);
    table.faults.set(
      engine.name,
      `FAILED to ${typeof work === 'string' ? work : work.kind}: ${outcome.error}`,
    );
    table.failed = true;
  });
}

async function readAll(tables: readonly RunningTable[], round: number, engines: Engines): Promise<void> {
  const tasks = tables
    .filter((table) => !table.failed)
    .flatMap((table) =>
      readersOf(table, round, engines)
        .filter((engine) => engine.cannot(table.shape, 'read', table.model.formatVersion) === null)
        .map((engine) => ({
          engine,
          table,
          task: { table: table.name, shape: table.shape, model: table.model, work: 'read' as const },
        })),
    );
  await eachEngine(tasks, (engine, table, outcome) => {
    if (table.faults.has(engine.name)) return;
    const difference = 'error' in outcome ? outcome.error : differenceOf(outcome, table.model, engine.name);
    if (difference === null) return;
    const step = table.shape.steps[round]!;
    const writer = round < table.writers.length ? table.writers[round]!.name : '';
    table.faults.set(
      engine.name,
      `DIFFERS for ${engine.name} after ${writer} did ${step.kind} (step ${round + 1}, table ${table.name}): ${difference}`,
    );
  });
}

/** How what an engine read differs from what should be there; `null` where it does not. */
function differenceOf(
  read: Exclude<PeerOutcome, { error: string }>,
  model: Model,
  engine: EngineName,
): string | null {
  const columns = read.columns.map(({ name, type }) => `${name} ${comparableType(type)}`);
  const wanted = model.columns.map(({ name, type }) => `${name} ${comparableType(typeNameIn(type, engine))}`);
  if (columns.join() !== wanted.join()) return `columns ${columns.join()} instead of ${wanted.join()}`;
  const uuids = model.columns.flatMap(({ type }, at) => (type === 'uuid' ? [at] : []));
  for (const row of read.rows)
    for (const at of uuids) row[at] = (row[at] as string | null)?.replaceAll('-', '') ?? null;
  const found = sortRows(read.rows);
  const expected = sortRows(
    Array.from(model.rows.values(), (row) =>
      model.columns.map(({ name, type }) => canonical(row[name] ?? null, type)),
    ),
  );
  if (JSON.stringify(found) === JSON.stringify(expected)) return null;
  const texts = new Set(found.map((row) => JSON.stringify(row)));
  const missing = expected.find((row) => !texts.has(JSON.stringify(row)));
  const known = new Set(expected.map((row) => JSON.stringify(row)));
  const extra = found.find((row) => !known.has(JSON.stringify(row)));
  return `${found.length} rows instead of ${expected.length}; missing ${JSON.stringify(missing)}, unexpected ${JSON.stringify(extra)}`;
}

/** Nested types are compared by their rows: every engine spells them in its own way. */
function comparableType(type: string): string {
  return /[<[]|^(list|map|struct)$|^(STRUCT|MAP)\(/.test(type) && !/^fixed\[\d+\]$/.test(type)
    ? 'nested'
    : type.replaceAll(' ', '').toUpperCase();
}

function typeNameIn(type: NewType, engine: EngineName): string {
  if (typeof type !== 'string') return 'struct';
  if (engine === 'ours' || engine === 'pyiceberg') return type;
  if (engine === 'duckdb' && type === 'timestamptz') return 'TIMESTAMP WITH TIME ZONE';
  if (engine === 'spark' && type === 'uuid') return 'string';
  return sqlType(type, engine);
}

function summarise(shape: Shape, tables: readonly RunningTable[], engines: Engines): MatrixRow {
  const own = tables.filter((table) => table.shape === shape);
  const cell = (section: Section, peer: Engine): string => {
    const table = own.find((candidate) =>
      section === 'we write'
        ? candidate.kind === 'ours'
        : section === 'they write'
          ? candidate.kind === 'theirs' && candidate.creator === peer
          : candidate.kind === 'turns',
    );
    const unable = (engine: Engine): string | null => cannotWrite(engine, shape);
    if (section !== 'they write') {
      const blind = peer.cannot(shape, 'read', shape.formatVersion);
      if (table === undefined) return `n/a: ${unable(engines.ours) ?? blind ?? 'no one to take turns with'}`;
      if (blind !== null) return `n/a: ${blind}`;
    }
    if (table === undefined) return `n/a: ${unable(peer)}`;
    const fault =
      table.faults.get(peer.name) ??
      (section === 'in turns' && table.failed ? [...table.faults.values()][0] : undefined) ??
      table.faults.get('ours');
    if (fault !== undefined) return [...new Set([fault, ...table.faults.values()])].join('\n');
    if (section !== 'in turns' || table.creator === peer || table.writers.includes(peer)) return 'same';
    const reason = unable(peer) ?? shape.alone[peer.name]?.reason ?? 'had no turn';
    return `n/a: ${reason} (reads the same)`;
  };
  const cells = (section: Section): Record<Exclude<EngineName, 'ours'>, string> =>
    Object.fromEntries(
      PEERS.map((name) => [name, cell(section, engines.peers.find((peer) => peer.name === name)!)]),
    ) as Record<Exclude<EngineName, 'ours'>, string>;
  return {
    shape,
    cells: {
      'we write': cells('we write'),
      'they write': cells('they write'),
      'in turns': cells('in turns'),
    },
  };
}
