import { IcebergError } from '../error.js';
import { specIdFor } from '../metadata/apply-definitions.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { specOf } from '../scan/manifest-reader.js';
import { schemaById } from '../scan/select-snapshot.js';
import type { EvolvedDefinitions } from '../schema/evolve-schema.js';
import type { Schema } from '../schema/schema.js';
import { checkPartitionName, resolveTerm } from './parse-partition-by.js';
import type { PartitionField } from './partition-spec.js';
import { parseTransform } from './transform.js';

/** One step of a change of the partitioning, recorded to be taken again on a newer version. */
export type PartitionOperation = (draft: PartitionDraft) => void;

/**
 * Changes of the partitioning, each seeing those before it. Files that are there keep theirs; only new ones are written
 * by the new one.
 *
 * Every method throws `INVALID_ARGUMENT`, `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`.
 *
 * @example
 * await table.updatePartitioning((change) => change.removeField('ts_day').addField('hour(ts)').addField('bucket(16, id)', 'shard'));
 */
export class PartitionChange {
  readonly #draft: PartitionDraft;
  readonly #operations: PartitionOperation[];

  /** @internal Given by `updatePartitioning`. */
  constructor(draft: PartitionDraft, operations: PartitionOperation[]) {
    this.#draft = draft;
    this.#operations = operations;
  }

  /** `col`, `day(col)`, `bucket(16, col)`, …; without a name it gets that of the reference implementation (`col_day`). */
  addField(term: string, name?: string): this {
    return this.#record((draft) => draft.add(term, name));
  }

  /** By name (`ts_day`) or by transform (`day(ts)`). */
  removeField(nameOrTerm: string): this {
    return this.#record((draft) => draft.remove(nameOrTerm));
  }

  renameField(from: string, to: string): this {
    return this.#record((draft) => draft.rename(from, to));
  }

  #record(operation: PartitionOperation): this {
    operation(this.#draft);
    this.#operations.push(operation);
    return this;
  }
}

/** A partition spec while it is changed. */
export class PartitionDraft {
  fields: readonly PartitionField[];
  lastPartitionId: number;
  /** Ids of the source columns and partition fields the steps found, in their order. */
  readonly found: number[] = [];
  readonly added = new Set<number>();
  readonly #removed = new Map<number, PartitionField>();
  readonly #metadata: TableMetadata;
  readonly #schema: Schema;

  constructor(metadata: TableMetadata) {
    this.#metadata = metadata;
    this.#schema = schemaById(metadata, metadata.currentSchemaId);
    this.fields = specOf(metadata, metadata.defaultSpecId).fields;
    this.lastPartitionId = metadata.lastPartitionId;
    const unknown = this.fields.find(({ transform }) => parseTransform(transform).name === 'unknown');
    if (unknown !== undefined) {
      throw new IcebergError(
        `The partitioning has the field "${unknown.name}" with the transform ${unknown.transform}, which is not known; change it with the engine that made it.`,
        { code: 'UNSUPPORTED_FEATURE', context: { feature: unknown.transform } },
      );
    }
  }

  add(term: string, name: string | undefined): void {
    const { sourceId, transform, name: defaultName } = resolveTerm(this.#schema, term);
    this.found.push(sourceId);
    const isSame = (field: PartitionField): boolean =>
      field.sourceId === sourceId && field.transform === transform;
    const present = this.fields.find(isSame);
    if (present !== undefined) throw invalid(term, `"${present.name}" is the same`);
    if (isTime(transform)) {
      const other = this.fields.find(
        (field) => this.added.has(field.fieldId) && field.sourceId === sourceId && isTime(field.transform),
      );
      if (other !== undefined)
        throw invalid(
          term,
          `"${other.name}", which this change adds, already divides the same column by time`,
        );
    }
    // Taken out by this very change, it is simply put back.
    const restored = [...this.#removed.values()].find(isSame);
    const field = restored ?? this.#recycled({ sourceId, transform }, name);
    const wanted = { ...(field ?? { sourceId, transform, fieldId: this.lastPartitionId + 1 }) };
    const named: PartitionField = { ...wanted, name: name ?? field?.name ?? defaultName };
    this.#checkName(named, term);
    if (field === undefined) this.lastPartitionId += 1;
    if (restored === undefined) this.added.add(named.fieldId);
    this.#removed.delete(named.fieldId);
    this.fields = [...this.fields.filter(({ fieldId }) => fieldId !== named.fieldId), named];
  }

  remove(nameOrTerm: string): void {
    const field = this.#find(nameOrTerm);
    if (this.added.has(field.fieldId)) throw invalid(nameOrTerm, 'this very change adds it');
    this.#removed.set(field.fieldId, field);
    // Version 1 knows fields by their place, so that one stays where it was.
    this.fields =
      this.#metadata.formatVersion === 1
        ? this.fields.map((present) => (present === field ? { ...field, transform: 'void' } : present))
        : this.fields.filter((present) => present !== field);
  }

  rename(from: string, to: string): void {
    const field = this.fields.find(({ name }) => name === from);
    if (field === undefined) throw this.#unknown(from);
    if (this.added.has(field.fieldId))
      throw invalid(from, 'this very change adds it; give it the right name there');
    if (from === to) return;
    this.found.push(field.fieldId);
    const renamed = { ...field, name: to };
    this.#checkName(renamed, to);
    this.fields = this.fields.map((present) => (present === field ? renamed : present));
  }

  /** A field of the same column and transform that an older spec has: its id stands for the same values. */
  #recycled(
    wanted: { sourceId: number; transform: string },
    name: string | undefined,
  ): PartitionField | undefined {
    if (this.#metadata.formatVersion < 2) return undefined;
    return this.#metadata.partitionSpecs
      .flatMap((spec) => spec.fields)
      .find(
        (field) =>
          field.sourceId === wanted.sourceId &&
          field.transform === wanted.transform &&
          (name === undefined || field.name === name),
      );
  }

  #find(nameOrTerm: string): PartitionField {
    const byName = this.fields.find(({ name }) => name === nameOrTerm);
    const field = byName ?? this.#byTerm(nameOrTerm);
    if (field === undefined) throw this.#unknown(nameOrTerm);
    this.found.push(field.fieldId);
    return field;
  }

  #byTerm(term: string): PartitionField | undefined {
    try {
      const { sourceId, transform } = resolveTerm(this.#schema, term);
      return this.fields.find((field) => field.sourceId === sourceId && field.transform === transform);
    } catch (error) {
      // Neither a name nor a term: said better by naming what there is.
      if (error instanceof IcebergError) return undefined;
      throw error;
    }
  }

  #checkName(field: PartitionField, text: string): void {
    if (field.name === '') throw invalid(text, 'its name is empty');
    const clash = this.fields.find(({ name, fieldId }) => name === field.name && fieldId !== field.fieldId);
    if (clash !== undefined && clash.transform === 'void') {
      const away = { ...clash, name: `${clash.name}_${clash.fieldId}` };
      this.fields = this.fields.map((present) => (present === clash ? away : present));
    } else if (clash !== undefined) {
      throw invalid(text, `there is a field "${field.name}" already; give it another name`);
    }
    checkPartitionName(this.#schema, field, text);
  }

  #unknown(text: string): IcebergError {
    return invalid(
      text,
      `the table is partitioned by ${this.fields.map(({ name }) => name).join(', ') || 'nothing'}`,
    );
  }
}

/** Takes the steps of a change on a table's current partitioning. Throws what the steps throw. */
export function evolvePartitioning(
  metadata: TableMetadata,
  operations: readonly PartitionOperation[],
): EvolvedDefinitions {
  const draft = new PartitionDraft(metadata);
  for (const operation of operations) operation(draft);
  const { found, added, fields } = draft;
  const { id, present } = specIdFor(metadata, { specId: 0, fields });
  const result = { found, added: [...added] };
  if (present && id === metadata.defaultSpecId) return { ...result, updates: [] };
  if (present) return { ...result, updates: [{ action: 'set-default-spec', specId: id }] };
  return {
    ...result,
    updates: [
      { action: 'add-spec', spec: { specId: id, fields } },
      { action: 'set-default-spec', specId: -1 },
    ],
  };
}

function isTime(transform: string): boolean {
  return ['year', 'month', 'day', 'hour'].includes(transform);
}

function invalid(text: string, reason: string): IcebergError {
  return new IcebergError(`The partition field "${text}" does not fit: ${reason}.`, {
    code: 'INVALID_ARGUMENT',
    context: { partitionField: text },
  });
}
