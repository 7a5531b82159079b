import type { PeerOutcome } from '../peer-session.js';
import type { Model, Shape, Step } from './shape.js';

export type EngineName = 'ours' | 'pyiceberg' | 'duckdb' | 'spark';

/** What an engine is told to do with one table. */
export interface Task {
  /** Name in the namespace of the matrix. */
  readonly table: string;
  readonly shape: Shape;
  /** What the table holds before. */
  readonly model: Model;
  readonly work: 'create' | 'read' | Step;
}

/** One reader and writer of tables. */
export interface Engine {
  readonly name: EngineName;
  /** Why it cannot do this with tables of this shape; `null` where it can. */
  cannot(shape: Shape, work: Task['work'], formatVersion: Shape['formatVersion']): string | null;
  /** Does tasks of different tables, in any order. */
  run(tasks: readonly Task[]): Promise<PeerOutcome[]>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'matrix';

/** Whether a column or a partition of the shape is of such a type, nested ones included. */
export function hasType(shape: Shape, pattern: RegExp): boolean {
  const added = shape.steps.flatMap((step) => ('type' in step ? [step.type] : []));
  return pattern.test(JSON.stringify([shape.columns.map((column) => column.type), added]));
}
