import type { AvroSchema } from '../avro/avro-container.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';

/** Avro schemas of manifests and manifest lists, versions 2 and 3 (spec, "Manifests" and Appendix A). */

interface AvroField {
  name: string;
  type: AvroSchema;
  'field-id': number;
  default?: null;
}

function required(id: number, name: string, type: AvroSchema): AvroField {
  return { name, type, 'field-id': id };
}

function optional(id: number, name: string, type: AvroSchema): AvroField {
  return { name, type: ['null', type], default: null, 'field-id': id };
}

function mapOf(keyId: number, valueId: number, value: string): AvroSchema {
  return {
    type: 'array',
    logicalType: 'map',
    items: {
      type: 'record',
      name: `k${keyId}_v${valueId}`,
      fields: [required(keyId, 'key', 'int'), required(valueId, 'value', value)],
    },
  };
}

function listOf(elementId: number, element: string): AvroSchema {
  return { type: 'array', items: element, 'element-id': elementId };
}

/** Avro type of a primitive partition value (spec, Appendix A, "Data Type Mappings"). */
function avroPrimitive(type: PrimitiveType, name: string): AvroSchema {
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
      return kind.kind;
    case 'binary':
      return 'bytes';
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'time':
      return { type: 'long', logicalType: 'time-micros' };
    case 'timestamp':
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': kind.kind === 'timestamptz' };
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return {
        type: 'long',
        logicalType: 'timestamp-nanos',
        'adjust-to-utc': kind.kind === 'timestamptz_ns',
      };
    case 'uuid':
      return { type: 'fixed', size: 16, logicalType: 'uuid', name: `uuid_${name}` };
    case 'fixed':
      return { type: 'fixed', size: kind.length, name: `fixed_${kind.length}_${name}` };
    case 'decimal':
      return {
        type: 'fixed',
        size: decimalBytes(kind.precision),
        logicalType: 'decimal',
        precision: kind.precision,
        scale: kind.scale,
        name: `decimal_${kind.precision}_${kind.scale}_${name}`,
      };
  }
}

/** Least number of bytes that hold every unscaled value of a precision. */
export function decimalBytes(precision: number): number {
  const largest = 10n ** BigInt(precision) - 1n;
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, largest) !== largest) bytes++;
  return bytes;
}

/** Avro names allow only `[A-Za-z_][A-Za-z0-9_]*`; other characters become `_x<code>` as in the reference implementation. */
function avroName(name: string): string {
  const escaped = [...name].map((character) =>
    /\w/.test(character) ? character : `_x${character.codePointAt(0)!.toString(16).toUpperCase()}`,
  );
  const text = escaped.join('');
  return /^\d/.test(text) ? `_${text}` : text;
}

/** Schema of a manifest's entries; version 3 adds row lineage and the place of deletion vectors. */
export function manifestEntrySchema(
  partition: readonly ResolvedPartitionField[],
  formatVersion: number,
): AvroSchema {
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      required(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(101, 'file_format', 'string'),
      required(102, 'partition', {
        type: 'record',
        name: 'r102',
        fields: partition.map((field) =>
          optional(
            field.fieldId,
            avroName(field.name),
            avroPrimitive(field.resultType, String(field.fieldId)),
          ),
        ),
      }),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      optional(108, 'column_sizes', mapOf(117, 118, 'long')),
      optional(109, 'value_counts', mapOf(119, 120, 'long')),
      optional(110, 'null_value_counts', mapOf(121, 122, 'long')),
      optional(137, 'nan_value_counts', mapOf(138, 139, 'long')),
      optional(125, 'lower_bounds', mapOf(126, 127, 'bytes')),
      optional(128, 'upper_bounds', mapOf(129, 130, 'bytes')),
      optional(131, 'key_metadata', 'bytes'),
      optional(132, 'split_offsets', listOf(133, 'long')),
      optional(135, 'equality_ids', listOf(136, 'int')),
      optional(140, 'sort_order_id', 'int'),
      ...(formatVersion < 3 ? [] : [optional(142, 'first_row_id', 'long')]),
      optional(143, 'referenced_data_file', 'string'),
      ...(formatVersion < 3
        ? []
        : [optional(144, 'content_offset', 'long'), optional(145, 'content_size_in_bytes', 'long')]),
    ],
  };
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      required(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      required(2, 'data_file', dataFile),
    ],
  };
}

const MANIFEST_FILE_FIELDS: readonly AvroField[] = [
  required(500, 'manifest_path', 'string'),
  required(501, 'manifest_length', 'long'),
  required(502, 'partition_spec_id', 'int'),
  required(517, 'content', 'int'),
  required(515, 'sequence_number', 'long'),
  required(516, 'min_sequence_number', 'long'),
  required(503, 'added_snapshot_id', 'long'),
  required(504, 'added_files_count', 'int'),
  required(505, 'existing_files_count', 'int'),
  required(506, 'deleted_files_count', 'int'),
  required(512, 'added_rows_count', 'long'),
  required(513, 'existing_rows_count', 'long'),
  required(514, 'deleted_rows_count', 'long'),
  optional(507, 'partitions', {
    type: 'array',
    'element-id': 508,
    items: {
      type: 'record',
      name: 'r508',
      fields: [
        required(509, 'contains_null', 'boolean'),
        optional(518, 'contains_nan', 'boolean'),
        optional(510, 'lower_bound', 'bytes'),
        optional(511, 'upper_bound', 'bytes'),
      ],
    },
  }),
  optional(519, 'key_metadata', 'bytes'),
];

/** Schema of a manifest list; version 3 adds the first row id of each manifest. */
export function manifestListSchema(formatVersion: number): AvroSchema {
  return {
    type: 'record',
    name: 'manifest_file',
    fields:
      formatVersion < 3
        ? [...MANIFEST_FILE_FIELDS]
        : [...MANIFEST_FILE_FIELDS, optional(520, 'first_row_id', 'long')],
  };
}
