import type { Data } from 'apache-arrow';
import { isValidAt } from '../../arrow/arrow-data.js';
import { ENCODING } from '../page-headers.js';
import { ByteSink } from './byte-sink.js';
import type { EncodedValues } from './encoded-rows.js';
import { writeLevels } from './levels.js';
import { nullValues } from './null-column.js';
import { PageWriter } from './page-writer.js';

/** Definition levels of a list that may be null, of elements that may not. */
const LEVEL = { null: 0, empty: 1, element: 2 };
const PAGE_ROWS = 20_000;

/** Encodes a column of lists of 64-bit integers; the elements are never null, the lists may be. */
export function encodeLongLists(data: Data, rows: Int32Array | null): EncodedValues {
  const rowCount = rows?.length ?? data.length;
  if (data.nullCount === data.length) return nullValues('list<long>', rowCount);
  const offsets = data.valueOffsets as Int32Array;
  const elements = (data.children[0] as Data).values as BigInt64Array;
  const pages = new PageWriter();
  const runs = new ByteSink();
  let values = 0;
  let nulls = 0;
  for (let first = 0; first < rowCount; first += PAGE_ROWS) {
    const repeated: number[] = [];
    const defined: number[] = [];
    const found: bigint[] = [];
    for (let index = first; index < Math.min(rowCount, first + PAGE_ROWS); index++) {
      const row = rows === null ? index : rows[index]!;
      const [start, end] = [offsets[row]!, offsets[row + 1]!];
      const isNull = !isValidAt(data, row);
      if (isNull || start === end) {
        // The leaf has no value where the list is empty, too.
        nulls++;
        repeated.push(0);
        defined.push(isNull ? LEVEL.null : LEVEL.empty);
        continue;
      }
      for (let at = start; at < end; at++) {
        repeated.push(at === start ? 0 : 1);
        defined.push(LEVEL.element);
        found.push(elements[at]!);
      }
    }
    const count = defined.length;
    const content = new ByteSink(64 + found.length * 8);
    writeLevels(content, Uint8Array.from(repeated), { start: 0, end: count, width: 1 }, runs);
    writeLevels(content, Uint8Array.from(defined), { start: 0, end: count, width: 2 }, runs);
    content.bytes(new Uint8Array(BigInt64Array.from(found).buffer));
    pages.data(count, ENCODING.plain, content.view());
    values += count;
  }
  return {
    type: 'list<long>',
    nullable: true,
    bytes: pages.finish(),
    dictionaryBytes: 0,
    unpackedBytes: pages.unpackedBytes,
    values,
    nulls,
    lower: null,
    upper: null,
  };
}
