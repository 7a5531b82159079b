import type { NewField, NewType } from '../../../src/index.js';
import type { EngineName } from './engine.js';

/** A row as `scan().rows()` gives it. */
export type Row = Record<string, unknown>;

/** One change of a table, as every engine can be told to make it. Each is one commit, or none where nothing changes. */
export type Step =
  | { kind: 'append'; rows: readonly Row[] }
  /** Removes the rows with these ids. */
  | { kind: 'delete'; ids: readonly number[] }
  /** Replaces or adds rows by id. */
  | { kind: 'upsert'; rows: readonly Row[] }
  /** Puts rows in the place of those with the ids. */
  | { kind: 'overwrite'; ids: readonly number[]; rows: readonly Row[] }
  | { kind: 'addColumn'; name: string; type: NewType; default?: unknown }
  | { kind: 'dropColumn'; name: string }
  | { kind: 'renameColumn'; from: string; to: string }
  | { kind: 'widenColumn'; name: string; type: NewType }
  | { kind: 'moveColumn'; name: string; after: string }
  | { kind: 'addPartitionField'; transform: string }
  | { kind: 'removePartitionField'; transform: string }
  | { kind: 'upgrade'; formatVersion: 2 | 3 }
  | { kind: 'compact' }
  | { kind: 'rewriteManifests' }
  | { kind: 'expire' };

/** How rows are removed: by delete files, or by writing the files anew without them. */
export type DeleteMode = 'merge-on-read' | 'copy-on-write' | 'equality-deletes';

/** A kind of table: what it is made with, and the changes made to it, in order. */
export interface Shape {
  readonly name: string;
  readonly formatVersion: 1 | 2 | 3;
  /** The first is always `id`, a required long. */
  readonly columns: readonly NewField[];
  readonly partitionBy: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly mode: DeleteMode;
  readonly steps: readonly Step[];
  /** Why an engine does not write tables of this shape: a fault or limit of its own. */
  readonly without: Readonly<Partial<Record<EngineName, string>>>;
  /** Why an engine does not read them. */
  readonly unread: Readonly<Partial<Record<EngineName, string>>>;
  /** Why an engine that writes such tables alone does not take such steps on one that the others write to as well. */
  readonly alone: Readonly<Partial<Record<EngineName, { steps: readonly Step['kind'][]; reason: string }>>>;
}

/** What a table of a shape should hold after some of its steps. */
export class Model {
  columns: { name: string; type: NewType; required: boolean }[];
  partitionBy: string[];
  formatVersion: Shape['formatVersion'];
  readonly rows: Map<string, Row> = new Map();

  constructor(shape: Shape) {
    this.formatVersion = shape.formatVersion;
    this.partitionBy = [...shape.partitionBy];
    this.columns = shape.columns.map(({ name, type, required = false }) => ({ name, type, required }));
  }

  apply(step: Step): void {
    switch (step.kind) {
      case 'append':
      case 'upsert':
        for (const row of step.rows) this.rows.set(String(row['id']), this.#complete(row));
        return;
      case 'delete':
        for (const id of step.ids) this.rows.delete(String(id));
        return;
      case 'overwrite':
        for (const id of step.ids) this.rows.delete(String(id));
        for (const row of step.rows) this.rows.set(String(row['id']), this.#complete(row));
        return;
      case 'addColumn':
        this.columns.push({ name: step.name, type: step.type, required: false });
        this.#eachRow((row) => {
          row[step.name] = step.default ?? null;
        });
        return;
      case 'dropColumn':
        this.columns = this.columns.filter(({ name }) => name !== step.name);
        this.#eachRow((row) => {
          delete row[step.name];
        });
        return;
      case 'renameColumn':
        this.#column(step.from).name = step.to;
        this.#eachRow((row) => {
          row[step.to] = row[step.from];
          delete row[step.from];
        });
        return;
      case 'widenColumn':
        this.#column(step.name).type = step.type;
        if (step.type !== 'long') return;
        this.#eachRow((row) => {
          const value = row[step.name];
          row[step.name] = value === null ? null : BigInt(value as number);
        });
        return;
      case 'addPartitionField':
        this.partitionBy.push(step.transform);
        return;
      case 'removePartitionField':
        this.partitionBy = this.partitionBy.filter((transform) => transform !== step.transform);
        return;
      case 'upgrade':
        this.formatVersion = step.formatVersion;
        return;
      case 'moveColumn': {
        const moved = this.#column(step.name);
        this.columns = this.columns.filter((column) => column !== moved);
        this.columns.splice(this.columns.indexOf(this.#column(step.after)) + 1, 0, moved);
      }
    }
  }

  #complete(row: Row): Row {
    return Object.fromEntries(this.columns.map(({ name }) => [name, row[name] ?? null]));
  }

  #column(name: string): Model['columns'][number] {
    const found = this.columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`the shape has no column ${name}`);
    return found;
  }

  #eachRow(change: (row: Row) => void): void {
    for (const row of this.rows.values()) change(row);
  }
}
