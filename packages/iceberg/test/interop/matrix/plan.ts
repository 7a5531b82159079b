import type { Engine, EngineName } from './engine.js';
import { Model, type Shape } from './shape.js';

/** One table of the matrix: who makes it, who takes which step, and who reads it. */
export interface PlannedTable {
  readonly name: string;
  readonly shape: Shape;
  readonly kind: 'ours' | 'theirs' | 'turns';
  readonly creator: Engine;
  /** One per step. */
  readonly writers: readonly Engine[];
}

export interface Engines {
  readonly ours: Engine;
  readonly peers: readonly Engine[];
}

/** Why an engine cannot write all of a shape; `null` where it can. */
export function cannotWrite(engine: Engine, shape: Shape): string | null {
  const model = new Model(shape);
  let reason = engine.cannot(shape, 'create', model.formatVersion);
  for (const step of shape.steps) {
    reason ??= engine.cannot(shape, step, model.formatVersion);
    model.apply(step);
  }
  return reason;
}

/** The tables of a shape: one written by each engine alone, and one written by us and the others in turns. */
export function planTables(shape: Shape, index: number, { ours, peers }: Engines): PlannedTable[] {
  const tables: PlannedTable[] = [];
  const alone = (engine: Engine, kind: PlannedTable['kind']): void => {
    if (cannotWrite(engine, shape) !== null) return;
    const writers = shape.steps.map(() => engine);
    tables.push({ name: `${engine.name}_${index}`, shape, kind, creator: engine, writers });
  };
  alone(ours, 'ours');
  for (const peer of peers) alone(peer, 'theirs');
  const turns = planTurns(shape, index, { ours, peers });
  if (turns !== null) tables.push(turns);
  return tables;
}

/** We take every other step, the others the steps in between, one after another. */
function planTurns(shape: Shape, index: number, { ours, peers }: Engines): PlannedTable | null {
  const model = new Model(shape);
  const can = (engine: Engine, work: 'create' | Shape['steps'][number]): boolean =>
    (work === 'create' || shape.alone[engine.name]?.steps.includes(work.kind) !== true) &&
    engine.cannot(shape, work, model.formatVersion) === null;
  const waiting = [...peers.slice(index % peers.length), ...peers.slice(0, index % peers.length)];
  const next = (work: 'create' | Shape['steps'][number]): Engine | undefined => {
    const at = waiting.findIndex((peer) => can(peer, work));
    if (at < 0) return undefined;
    const [peer] = waiting.splice(at, 1);
    waiting.push(peer!);
    return peer;
  };
  let ourTurn = index % 2 === 0;
  const choose = (work: 'create' | Shape['steps'][number]): Engine | undefined => {
    const engine = ourTurn && can(ours, work) ? ours : (next(work) ?? (can(ours, work) ? ours : undefined));
    ourTurn = engine !== ours;
    return engine;
  };
  const creator = choose('create');
  const writers = shape.steps.map((step) => {
    const writer = choose(step);
    model.apply(step);
    return writer;
  });
  const all = [creator, ...writers].filter((engine) => engine !== undefined);
  if (all.length <= shape.steps.length || !all.includes(ours) || all.every((engine) => engine === ours))
    return null;
  return { name: `turns_${index}`, shape, kind: 'turns', creator: creator!, writers: all.slice(1) };
}

/**
 * Who reads a table after a step: we always read what others wrote, they always what we wrote; in the end, and in the
 * full run after every step, everybody reads tables written in turns.
 */
export function readersOf(table: PlannedTable, step: number, { ours, peers }: Engines): Engine[] {
  const isLast = step === table.shape.steps.length - 1;
  if (table.kind === 'theirs') return [ours];
  if (table.kind === 'ours') return isLast ? [ours, ...peers] : [];
  const everybody = isLast || process.env['LEAN_OPS_TEST'] === 'full';
  return everybody || table.writers[step] === ours ? [ours, ...peers] : [ours];
}

export const PEERS: readonly Exclude<EngineName, 'ours'>[] = ['pyiceberg', 'duckdb', 'spark'];
