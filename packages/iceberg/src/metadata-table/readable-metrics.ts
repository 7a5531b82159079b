import type { DataFile } from '../manifest/data-file.js';
import type { Schema } from '../schema/schema.js';
import type { IcebergType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isOpaque, isPrimitive } from '../type/primitive.js';
import { decodeBound } from '../type/single-value.js';
import type { AnyValue } from '../type/value.js';
import { optional } from './metadata-rows.js';

interface Leaf {
  readonly id: number;
  /** With the names of the structs, lists and maps it stands in, between dots. */
  readonly name: string;
  readonly type: PrimitiveType;
}

/** What manifests say of every primitive column, bounds as values of the column's own type. */
export class ReadableMetrics {
  readonly field: NestedField;
  readonly #leaves: readonly Leaf[];

  /** Ids of the columns are taken from `firstId` on. */
  constructor(schema: Schema, firstId: number) {
    this.#leaves = schema.fields
      .flatMap((field) => leavesOf(field.id, field.name, field.type))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    let id = firstId;
    const columns = this.#leaves.map(({ name, type }): NestedField => {
      const columnId = id++;
      const fields = [
        optional(id++, 'column_size', 'long'),
        optional(id++, 'value_count', 'long'),
        optional(id++, 'null_value_count', 'long'),
        optional(id++, 'nan_value_count', 'long'),
        optional(id++, 'lower_bound', type),
        optional(id++, 'upper_bound', type),
      ];
      return optional(columnId, name, { type: 'struct', fields });
    });
    this.field = optional(id, 'readable_metrics', { type: 'struct', fields: columns });
  }

  /** Throws `CORRUPT_FILE` for a bound that cannot be of its column's type. */
  valuesOf(file: DataFile): AnyValue[] {
    const bound = (bytes: Uint8Array | undefined, type: PrimitiveType): AnyValue =>
      bytes === undefined ? null : (decodeBound(type, bytes) ?? null);
    return this.#leaves.map(({ id, type }) => [
      file.columnSizes?.get(id) ?? null,
      file.valueCounts?.get(id) ?? null,
      file.nullValueCounts?.get(id) ?? null,
      file.nanValueCounts?.get(id) ?? null,
      bound(file.lowerBounds?.get(id), type),
      bound(file.upperBounds?.get(id), type),
    ]);
  }
}

function leavesOf(id: number, name: string, type: IcebergType): Leaf[] {
  // Bounds of other types are not known to be of any one form.
  if (isPrimitive(type)) return type === 'unknown' || isOpaque(type) ? [] : [{ id, name, type }];
  switch (type.type) {
    case 'struct':
      return type.fields.flatMap((field) => leavesOf(field.id, `${name}.${field.name}`, field.type));
    case 'list':
      return leavesOf(type.elementId, `${name}.element`, type.element);
    case 'map':
      return [
        ...leavesOf(type.keyId, `${name}.key`, type.key),
        ...leavesOf(type.valueId, `${name}.value`, type.value),
      ];
  }
}
