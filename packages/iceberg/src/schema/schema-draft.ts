import { IcebergError } from '../error.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { NestedField, NewField, PrimitiveType } from '../type/iceberg-type.js';
import { describeType, isPrimitive } from '../type/primitive.js';
import { assignFieldIds } from './assign-ids.js';
import { fieldAt, type LocatedField, replaceField } from './field-path.js';
import { isReservedName } from './metadata-columns.js';
import { newDefault } from './new-default.js';
import type { Schema } from './schema.js';
import { widenField } from './widen-type.js';

/** Where a column goes among the others of its struct; by default last. The names are those of its neighbours. */
export type ColumnPlace =
  | { first: true; after?: never; before?: never }
  | { after: string; first?: never; before?: never }
  | { before: string; first?: never; after?: never };

/** One step of a schema change. Steps are recorded, so that they can be taken again on a newer schema. */
export type SchemaOperation = (draft: SchemaDraft) => void;

/**
 * A schema while it is changed: each step sees what those before it did. Field ids are never used twice (spec, "Schema
 * Evolution").
 */
export class SchemaDraft {
  fields: readonly NestedField[];
  identifierFieldIds: readonly number[];
  lastColumnId: number;
  /** Ids of the fields the steps found, in their order: the same names may be other fields in another schema. */
  readonly found: number[] = [];
  readonly added = new Map<number, NestedField>();
  readonly #changed = new Set<number>();
  readonly #metadata: TableMetadata;

  constructor(metadata: TableMetadata, schema: Schema) {
    this.#metadata = metadata;
    this.fields = schema.fields;
    this.identifierFieldIds = schema.identifierFieldIds ?? [];
    this.lastColumnId = metadata.lastColumnId;
  }

  add(path: string, field: Omit<NewField, 'name'>, place: ColumnPlace | null): void {
    const at = path.lastIndexOf('.');
    const name = path.slice(at + 1);
    const parent = at < 0 ? null : this.#structAt(path.slice(0, at), name);
    this.#checkName(parent, name);
    const hasDefault = field.initialDefault !== undefined && field.initialDefault !== null;
    if (field.required === true && !hasDefault) {
      throw incompatible(
        path,
        this.#metadata.formatVersion < 3
          ? 'cannot be added as required: rows already written have no value'
          : 'cannot be added as required without an initial default: rows already written have no value',
      );
    }
    const { formatVersion } = this.#metadata;
    const where = at < 0 ? '' : `${path.slice(0, at)}.`;
    const { fields, lastId } = assignFieldIds([{ ...field, name }], this.lastColumnId + 1, {
      formatVersion,
      where,
    });
    const [added] = fields as [NestedField];
    this.lastColumnId = lastId;
    this.added.set(added.id, added);
    this.#changeSiblings(parent, (siblings) => [...siblings, added]);
    if (place !== null) this.#place(path, place);
  }

  drop(path: string): void {
    const { field, parent } = this.#named(path, 'dropped');
    if (this.added.has(field.id) || this.#changed.has(field.id)) {
      throw new IcebergError(
        `Column "${path}" is added or changed and dropped in one change; leave one of the two out.`,
        { code: 'INVALID_ARGUMENT', context: { column: path } },
      );
    }
    if (this.#siblings(parent).length === 1)
      throw incompatible(path, 'cannot be dropped: no field would be left beside it');
    this.fields = replaceField(this.fields, field.id, () => null);
  }

  rename(path: string, name: string): void {
    const { field, parent } = this.#named(path, 'renamed');
    if (field.name === name) return;
    this.#checkName(parent, name);
    this.#change(field.id, (present) => ({ ...present, name }));
  }

  widen(path: string, type: PrimitiveType): void {
    const located = this.#find(path);
    if (isInKey(located)) throw incompatible(path, 'is part of a map key, which cannot change');
    const { formatVersion, partitionSpecs } = this.#metadata;
    // Old specs too: their files are still read and pruned by their partitions.
    const transforms = partitionSpecs.flatMap((spec) =>
      spec.fields.filter(({ sourceId }) => sourceId === located.field.id).map(({ transform }) => transform),
    );
    this.#change(located.field.id, (field) => widenField(field, type, { path, formatVersion, transforms }));
  }

  makeOptional(path: string): void {
    const located = this.#find(path);
    if (isInKey(located)) throw incompatible(path, 'is part of a map key, which cannot change');
    this.#change(located.field.id, (field) => ({ ...field, required: false }));
  }

  setDoc(path: string, doc: string | null): void {
    const { field } = this.#named(path, 'documented');
    this.#change(field.id, ({ doc: _before, ...present }) => (doc === null ? present : { ...present, doc }));
  }

  setWriteDefault(path: string, value: unknown): void {
    const { field } = this.#named(path, 'given a default');
    const writeDefault = newDefault(field.type, value, path, this.#metadata.formatVersion);
    this.#change(field.id, ({ writeDefault: _before, ...present }) =>
      writeDefault === null ? present : { ...present, writeDefault },
    );
  }

  move(path: string, place: ColumnPlace): void {
    this.#named(path, 'moved');
    this.#place(path, place);
  }

  #place(path: string, place: ColumnPlace): void {
    const { field, parent } = fieldAt(this, path);
    const prefix = parent === null ? '' : `${parent.path}.`;
    const neighbour = place.after ?? place.before;
    const others = this.#siblings(parent).filter(({ id }) => id !== field.id);
    let index = 0;
    if (neighbour !== undefined) {
      const at = others.findIndex(({ name }) => name === neighbour || `${prefix}${name}` === neighbour);
      if (at < 0) {
        throw new IcebergError(
          `Column "${path}" cannot be placed beside "${neighbour}": that is none of ${others.map(({ name }) => name).join(', ') || 'its neighbours, of which it has none'}.`,
          { code: 'COLUMN_NOT_FOUND', context: { column: neighbour } },
        );
      }
      this.#note(others[at]!.id);
      index = place.after === undefined ? at : at + 1;
    }
    this.#changeSiblings(parent, () => others.toSpliced(index, 0, field));
  }

  /** A field that has a name of its own: no element, key or value. */
  #named(path: string, what: string): LocatedField {
    const located = this.#find(path);
    if (located.kind !== 'field') throw incompatible(path, `is a ${located.kind} and cannot be ${what}`);
    if (isInKey(located)) throw incompatible(path, 'is part of a map key, which cannot change');
    return located;
  }

  #find(path: string): LocatedField {
    const located = fieldAt(this, path);
    this.#note(located.field.id);
    return located;
  }

  #note(id: number): void {
    if (!this.added.has(id)) this.found.push(id);
  }

  #structAt(path: string, name: string): LocatedField {
    const located = this.#find(path);
    if (isInKey(located)) throw incompatible(path, 'is part of a map key, which cannot change');
    const { type } = located.field;
    if (!isPrimitive(type) && type.type === 'struct') return located;
    const inside = isPrimitive(type) ? null : type.type === 'list' ? 'element' : 'value';
    throw new IcebergError(
      `"${name}" cannot be added to "${path}", which is a ${describeType(type)}.${inside === null ? '' : ` Its ${inside} is "${path}.${inside}".`}`,
      { code: 'TYPE_MISMATCH', context: { column: path } },
    );
  }

  #siblings(parent: LocatedField | null): readonly NestedField[] {
    if (parent === null) return this.fields;
    const { type } = parent.field;
    return isPrimitive(type) || type.type !== 'struct' ? [] : type.fields;
  }

  #changeSiblings(
    parent: LocatedField | null,
    change: (siblings: readonly NestedField[]) => readonly NestedField[],
  ): void {
    if (parent === null) {
      this.fields = change(this.fields);
      return;
    }
    this.fields = replaceField(this.fields, parent.field.id, (field) =>
      isPrimitive(field.type) || field.type.type !== 'struct'
        ? field
        : { ...field, type: { ...field.type, fields: change(field.type.fields) } },
    );
  }

  #change(id: number, change: (field: NestedField) => NestedField): void {
    this.#changed.add(id);
    this.fields = replaceField(this.fields, id, change);
  }

  #checkName(parent: LocatedField | null, name: string): void {
    const refuse = (reason: string): never => {
      throw new IcebergError(`The column name "${name}" ${reason}.`, {
        code: 'INVALID_NAME',
        context: { name },
      });
    };
    if (name === '') refuse('is empty');
    if (parent === null && isReservedName(name)) refuse('is reserved for a metadata column; choose another');
    const present = this.#siblings(parent).find((field) => field.name === name);
    if (present !== undefined)
      throw incompatible(name, `is already there as ${describeType(present.type)}; choose another name`);
  }
}

function isInKey(located: LocatedField): boolean {
  for (let at: LocatedField | null = located; at !== null; at = at.parent) if (at.kind === 'key') return true;
  return false;
}

function incompatible(path: string, reason: string): IcebergError {
  return new IcebergError(`Column "${path}" ${reason}.`, {
    code: 'INCOMPATIBLE_EVOLUTION',
    context: { column: path },
  });
}
