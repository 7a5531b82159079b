import type { DataFile } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { partitionFieldsOf } from '../scan/manifest-reader.js';
import { schemaById } from '../scan/select-snapshot.js';
import { primitiveTypeOf } from '../schema/find-field.js';
import type { NestedField, StructType } from '../type/iceberg-type.js';
import type { Value } from '../type/value.js';
import { optional } from './metadata-rows.js';

/**
 * Partitions of all specs of a table as values of one struct: every partition field there ever was on a column that
 * the table still has, in the order of ids, named as by the newest spec that has it.
 */
export class PartitionStruct {
  readonly type: StructType;
  /** By spec id, where each field of the struct stands among the values of a file; −1 for nowhere. */
  readonly #places = new Map<number, readonly number[]>();

  constructor(metadata: TableMetadata) {
    const current = schemaById(metadata, metadata.currentSchemaId);
    const fields = new Map<number, { field: NestedField; parsed: string }>();
    const specs = metadata.partitionSpecs
      .map((spec) => ({ specId: spec.specId, fields: partitionFieldsOf(metadata, spec.specId) }))
      .sort((left, right) => right.specId - left.specId);
    for (const partition of specs.flatMap((spec) => spec.fields)) {
      if (primitiveTypeOf(current, partition.sourceId) === null) continue;
      const known = fields.get(partition.fieldId);
      // Version 1 drops a field by making it void, which must not hide the type that it had.
      if (known !== undefined && (known.parsed !== 'void' || partition.parsed.name === 'void')) continue;
      const name = known?.field.name ?? partition.name;
      fields.set(partition.fieldId, {
        field: optional(partition.fieldId, name, partition.resultType),
        parsed: partition.parsed.name,
      });
    }
    const sorted = [...fields.values()].map(({ field }) => field).sort((left, right) => left.id - right.id);
    this.type = { type: 'struct', fields: sorted };
    for (const spec of specs) this.#places.set(spec.specId, placesOf(sorted, spec.fields));
  }

  /** Whether the table has never been partitioned; its struct would have no fields. */
  get isEmpty(): boolean {
    return this.type.fields.length === 0;
  }

  valuesOf(file: DataFile): (Value | null)[] {
    return this.#places
      .get(file.specId)!
      .map((place) => (place < 0 ? null : (file.partition[place] ?? null)));
  }
}

function placesOf(struct: readonly NestedField[], fields: readonly ResolvedPartitionField[]): number[] {
  return struct.map(({ id }) =>
    fields.findIndex(
      (field) => field.fieldId === id && field.parsed.name !== 'void' && field.parsed.name !== 'unknown',
    ),
  );
}
