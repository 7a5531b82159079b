import type { ContractType } from '@lean-ops/core';
import { type Data, DataType, type RecordBatch } from 'apache-arrow';
import { castValue } from '../cast/cast-value.js';
import { parseInstantExact } from '../cast/instant.js';
import { CurateError } from '../error.js';
import type { OrderValue } from '../order/order-value.js';
import { bytesAt } from '../standardize/raw-batch.js';
import { columnOf } from './batch-source.js';
import { decimalAt } from './decimal-value.js';
import { bitAt } from './row-keys.js';
import { isText, textColumn, withoutDictionary } from './text-column.js';

/** A column that orders rows. */
export interface OrderColumn {
  readonly column: string;
  /** What the texts of the column are. Default `timestamptz`: instants in RFC 3339, compared as instants. */
  readonly type?: ContractType;
  /** Unit of instants that are written as numbers. */
  readonly epoch?: 'seconds' | 'millis' | 'micros';
  /** Reads an instant without zone as UTC. */
  readonly assumeUtc?: boolean;
}

/** The value by which a row is ordered; null where there is none, undefined where it cannot be read. */
export type OrderAt = (row: number) => OrderValue | undefined;

/** Reads a text as an order value; `undefined` where it is not one of the column's type. */
export function textOrder({
  type = 'timestamptz',
  epoch,
  assumeUtc = false,
}: OrderColumn): (text: Uint8Array) => OrderValue | undefined {
  if (type === 'string') return (text) => Uint8Array.from(text);
  const options = { epoch, assumeUtc: assumeUtc || type === 'timestamp' };
  if (type === 'timestamptz' || type === 'timestamp') {
    return (text) => {
      const instant = parseInstantExact(text, options);
      if (typeof instant === 'string') return undefined;
      return instant.beyond === '' ? instant.micros : instant;
    };
  }
  castValue(type, new Uint8Array(0));
  return (text) => {
    const result = castValue(type, text, options);
    return result.ok ? result.value : undefined;
  };
}

/**
 * Reads an order column: texts as {@link OrderColumn.type} says, every other type by its value.
 *
 * @throws {CurateError} `COLUMN_MISSING`; `COLUMN_TYPE_MISMATCH` for a type without order; `OPTION_INVALID` for a type
 *   of texts on a column that has another already.
 */
export function orderReader(batch: RecordBatch, order: OrderColumn): OrderAt {
  const data = columnOf(batch, order.column, 'orderBy');
  if (isText(data.type)) {
    const column = textColumn(data, order.column);
    const read = textOrder(order);
    return (row) => {
      const text = bytesAt(column, row);
      return text === null ? null : read(text);
    };
  }
  if (order.type !== undefined) {
    throw new CurateError(
      `column ${order.column} is ${data.type} and ordered as such: leave out the type ${order.type}`,
      { code: 'OPTION_INVALID', context: { option: 'orderBy', column: order.column } },
    );
  }
  const plain = withoutDictionary(data);
  const read = valueReader(plain, order.column);
  return (row) => (plain.getValid(row) ? read(row) : null);
}

function valueReader(data: Data, name: string): (row: number) => OrderValue {
  const type = data.type as DataType;
  if (DataType.isNull(type)) return () => null;
  if (DataType.isBool(type)) return (row) => bitAt(data, row);
  if (DataType.isFloat(type) && type.precision !== 0) {
    const values = data.values as Float64Array;
    // NaN has no place in an order.
    return (row) => (Number.isNaN(values[row]) ? null : values[row]!);
  }
  if (DataType.isDecimal(type)) return (row) => decimalAt(data, row);
  if (DataType.isFixedSizeBinary(type)) {
    const { values, stride } = data as { values: Uint8Array; stride: number };
    return (row) => values.slice(row * stride, (row + 1) * stride);
  }
  if (
    DataType.isInt(type) ||
    DataType.isDate(type) ||
    DataType.isTime(type) ||
    DataType.isTimestamp(type) ||
    DataType.isDuration(type)
  ) {
    const values = data.values as Int32Array | BigInt64Array;
    return (row) => values[row]!;
  }
  throw new CurateError(`column ${name} is ${type}, which has no order: name another one in orderBy`, {
    code: 'COLUMN_TYPE_MISMATCH',
    context: { column: name, type: String(type) },
  });
}
