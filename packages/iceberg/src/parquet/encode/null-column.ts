import type { NestedField } from '../../type/iceberg-type.js';
import { isPrimitive } from '../../type/primitive.js';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
import type { EncodedColumn, EncodedType, EncodedValues } from './encoded-rows.js';
import { writeRepeated } from './hybrid-writer.js';
import { PageWriter } from './page-writer.js';

/** The name under which columns of a type are encoded; null where they are not. */
export function encodedType({ type }: NestedField): EncodedType | null {
  if (isPrimitive(type)) {
    return type === 'string' || type === 'long' || type === 'timestamp' || type === 'timestamptz'
      ? type
      : null;
  }
  return type.type === 'list' && type.element === 'long' && type.elementRequired ? 'list<long>' : null;
}

/** A column without any value. */
export function nullColumn(field: NestedField, rowCount: number): EncodedColumn {
  return { name: field.name, ...nullValues(encodedType(field)!, rowCount) };
}

/** As {@link nullColumn}, without a name. */
export function nullValues(type: EncodedType, rowCount: number): EncodedValues {
  const pages = new PageWriter();
  const content = new ByteSink(32);
  const runs = new ByteSink(16);
  writeRepeated(runs, 0, rowCount, 1);
  for (let level = 0; level < (type === 'list<long>' ? 2 : 1); level++) {
    content.uint32(runs.length);
    content.bytes(runs.view());
  }
  pages.data(rowCount, ENCODING.plain, content.view());
  return {
    type,
    nullable: true,
    bytes: pages.finish(),
    dictionaryBytes: 0,
    unpackedBytes: pages.unpackedBytes,
    values: rowCount,
    nulls: rowCount,
    lower: null,
    upper: null,
  };
}
