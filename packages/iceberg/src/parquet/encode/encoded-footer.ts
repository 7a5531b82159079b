import type { ListType, NestedField } from '../../type/iceberg-type.js';
import { ENCODING } from '../page-headers.js';
import {
  encodeThrift,
  I32,
  I64,
  LIST,
  STRUCT,
  type ThriftStruct,
  type ThriftValue,
} from '../thrift-compact.js';
import { truncateLower, truncateUpper } from '../truncate-bound.js';
import { CODEC } from '../unpack-page.js';
import type { EncodedColumn } from './encoded-rows.js';
import { encodedType } from './null-column.js';

/** A column chunk in its place. */
export interface WrittenChunk {
  readonly field: NestedField;
  readonly column: EncodedColumn;
  /** Where it begins in the file. */
  readonly offset: number;
}

export interface WrittenGroup {
  readonly rowCount: number;
  readonly chunks: readonly WrittenChunk[];
}

const TRUE = 1;
const FALSE = 2;
const BINARY = 8;
const I16 = 4;
/** Parquet's numbers (parquet.thrift: `Type`, `FieldRepetitionType`, `ConvertedType`, fields of `LogicalType`). */
const PHYSICAL = { int64: 2, bytes: 6 };
const REPETITION = { required: 0, optional: 1, repeated: 2 };
const CONVERTED = { utf8: 0, list: 3, timestampMicros: 10 };
const LOGICAL = { string: 1, list: 3, timestamp: 8 };
/** Longer bounds are cut: readers only need to tell what cannot be in a row group. */
const BOUND_LENGTH = { kind: 'truncate', length: 64 } as const;

type Entry = readonly [number, { readonly type: number; readonly value: ThriftValue }];

/** The footer of a file whose row groups hold the columns in the order of `fields`. */
export function encodedFooter(
  fields: readonly NestedField[],
  groups: readonly WrittenGroup[],
  rows: number,
): Uint8Array {
  const root = struct(text(4, 'table'), i32(5, fields.length));
  const leaves = fields.length;
  return encodeThrift(
    struct(
      i32(1, 1),
      structs(2, [root, ...fields.flatMap(schemaElements)]),
      i64(3, rows),
      structs(4, groups.map(rowGroup)),
      text(6, '@lean-ops/iceberg'),
      structs(
        7,
        Array.from({ length: leaves }, () => struct(inner(1, struct()))),
      ),
    ),
  );
}

function schemaElements(field: NestedField): ThriftStruct[] {
  const { name, id, required } = field;
  const repetition = i32(3, required ? REPETITION.required : REPETITION.optional);
  const type = encodedType(field);
  if (type === 'list<long>') {
    const { elementId } = field.type as ListType;
    return [
      struct(
        repetition,
        text(4, name),
        i32(5, 1),
        i32(6, CONVERTED.list),
        i32(9, id),
        inner(10, struct(inner(LOGICAL.list, struct()))),
      ),
      struct(i32(3, REPETITION.repeated), text(4, 'list'), i32(5, 1)),
      struct(i32(1, PHYSICAL.int64), i32(3, REPETITION.required), text(4, 'element'), i32(9, elementId)),
    ];
  }
  if (type === 'string') {
    return [
      struct(
        i32(1, PHYSICAL.bytes),
        repetition,
        text(4, name),
        i32(6, CONVERTED.utf8),
        i32(9, id),
        inner(10, struct(inner(LOGICAL.string, struct()))),
      ),
    ];
  }
  if (type === 'long') return [struct(i32(1, PHYSICAL.int64), repetition, text(4, name), i32(9, id))];
  const isUtc = type === 'timestamptz';
  const micros = struct(inner(2, struct()));
  return [
    struct(
      i32(1, PHYSICAL.int64),
      repetition,
      text(4, name),
      ...(isUtc ? [i32(6, CONVERTED.timestampMicros)] : []),
      i32(9, id),
      inner(10, struct(inner(LOGICAL.timestamp, struct(flag(1, isUtc), inner(2, micros))))),
    ),
  ];
}

function rowGroup({ rowCount, chunks }: WrittenGroup, ordinal: number): ThriftStruct {
  const unpacked = chunks.reduce((sum, { column }) => sum + column.unpackedBytes, 0);
  const packed = chunks.reduce((sum, { column }) => sum + column.bytes.length, 0);
  return struct(
    structs(1, chunks.map(columnChunk)),
    i64(2, unpacked),
    i64(3, rowCount),
    i64(5, chunks[0]?.offset ?? 0),
    i64(6, packed),
    ...(ordinal < 32_768 ? [[7, { type: I16, value: BigInt(ordinal) }] as Entry] : []),
  );
}

function columnChunk({ field, column, offset }: WrittenChunk): ThriftStruct {
  const { type, bytes, dictionaryBytes, unpackedBytes, values } = column;
  const path = type === 'list<long>' ? [field.name, 'list', 'element'] : [field.name];
  const encodings = [ENCODING.plain, ENCODING.runs, ...(dictionaryBytes > 0 ? [ENCODING.dictionary] : [])];
  const metadata = struct(
    i32(1, type === 'string' ? PHYSICAL.bytes : PHYSICAL.int64),
    [2, { type: LIST, value: { itemType: I32, items: encodings.map(BigInt) } }],
    [3, { type: LIST, value: { itemType: BINARY, items: path.map((part) => Buffer.from(part)) } }],
    i32(4, CODEC.zstd),
    i64(5, values),
    i64(6, unpackedBytes),
    i64(7, bytes.length),
    i64(9, offset + dictionaryBytes),
    ...(dictionaryBytes > 0 ? [i64(11, offset)] : []),
    inner(12, statistics(column)),
  );
  return struct(i64(2, 0), inner(3, metadata));
}

/** A list's statistics would be those of its elements: only its nulls are told. */
function statistics({ type, nulls, lower, upper }: EncodedColumn): ThriftStruct {
  const entries: Entry[] = [i64(3, nulls)];
  if (type === 'list<long>' || lower === null || upper === null) return struct(...entries);
  const [least, greatest] =
    type === 'string'
      ? [truncateLower(type, lower, BOUND_LENGTH), truncateUpper(type, upper, BOUND_LENGTH)]
      : [lower, upper];
  if (greatest !== null) entries.push([5, { type: BINARY, value: greatest }]);
  entries.push([6, { type: BINARY, value: least }]);
  if (greatest !== null) entries.push(flag(7, Buffer.compare(greatest, upper) === 0));
  entries.push(flag(8, Buffer.compare(least, lower) === 0));
  return struct(...entries);
}

function struct(...entries: readonly Entry[]): ThriftStruct {
  return new Map(entries);
}

function inner(id: number, value: ThriftStruct): Entry {
  return [id, { type: STRUCT, value }];
}

function structs(id: number, items: readonly ThriftStruct[]): Entry {
  return [id, { type: LIST, value: { itemType: STRUCT, items } }];
}

function i32(id: number, value: number): Entry {
  return [id, { type: I32, value: BigInt(value) }];
}

function i64(id: number, value: number): Entry {
  return [id, { type: I64, value: BigInt(value) }];
}

function text(id: number, value: string): Entry {
  return [id, { type: BINARY, value: Buffer.from(value, 'utf8') }];
}

function flag(id: number, value: boolean): Entry {
  return [id, { type: value ? TRUE : FALSE, value }];
}
