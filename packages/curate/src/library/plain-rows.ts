import type { ContractType } from '@lean-ops/core';
import type { Data, RecordBatch } from 'apache-arrow';
import { typeShape } from '../cast/contract-type.js';
import type { CuratedColumn } from '../validate/compiled-contract.js';
import { decimalAt, formatDecimal } from './decimal-value.js';
import { bitAt } from './row-keys.js';
import { formatDate, formatTime, formatTimestamp } from './temporal-text.js';

/** A value of a plain row, as `@lean-ops/iceberg` spells them. */
export type PlainValue = string | number | bigint | boolean | Uint8Array | null;

type ReadRow = (row: number) => PlainValue;

/** The rows of a batch of typed columns as plain objects. */
export function plainRows(
  batch: RecordBatch,
  columns: readonly CuratedColumn[],
): Readonly<Record<string, PlainValue>>[] {
  const readers = columns.map(({ name, type }, index) => {
    const data = batch.data.children[index] as Data;
    const read = reader(data, type);
    return { name, read: (row: number): PlainValue => (data.getValid(row) ? read(row) : null) };
  });
  return Array.from({ length: batch.numRows }, (_, row) =>
    Object.fromEntries(readers.map(({ name, read }) => [name, read(row)])),
  );
}

function reader(data: Data, type: ContractType): ReadRow {
  const shape = typeShape(type);
  const longs = data.values as BigInt64Array;
  const numbers = data.values as Float64Array;
  switch (shape.kind) {
    case 'string':
      return (row) => Buffer.from(bytesAt(data, row)).toString('utf8');
    case 'binary':
      return (row) => Uint8Array.from(bytesAt(data, row));
    case 'boolean':
      return (row) => bitAt(data, row);
    case 'int':
    case 'float':
    case 'double':
      return (row) => numbers[row]!;
    case 'long':
      return (row) => longs[row]!;
    case 'decimal':
      return (row) => formatDecimal(decimalAt(data, row), shape.scale);
    case 'date':
      return (row) => formatDate(numbers[row]!);
    case 'time':
      return (row) => formatTime(longs[row]! * 1000n);
    case 'timestamp':
      return (row) => formatTimestamp(longs[row]! * 1000n);
    case 'timestamptz':
      return (row) => `${formatTimestamp(longs[row]! * 1000n)}Z`;
    case 'uuid':
      return (row) => uuidText((data.values as Uint8Array).subarray(row * 16, row * 16 + 16));
  }
}

function bytesAt(data: Data, row: number): Uint8Array {
  const offsets = data.valueOffsets as Int32Array;
  return (data.values as Uint8Array).subarray(offsets[row]!, offsets[row + 1]!);
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
