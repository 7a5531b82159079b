import type { ContractColumn } from '@lean-ops/core';
import { castValue } from '../cast/cast-value.js';
import { parseInstantExact } from '../cast/instant.js';
import type { OrderPlan } from './order-plan.js';
import type { OrderValue } from './order-value.js';

/** Reads one order column's text; `undefined` where it is not a value of the column's type. */
export type OrderReader = (text: Uint8Array) => OrderValue | undefined;

/** One reader per payload path of the plan. */
export function orderReaders(plan: OrderPlan): OrderReader[] {
  return plan.columns.flatMap((column) => (column.kind === 'path' ? [orderReader(column.column)] : []));
}

/**
 * How a payload path is read for ordering: as the contract's column of that path is typed, and as an instant where the
 * contract has no such column.
 *
 * Instants keep every digit of their fraction: two that differ below the microsecond are still two.
 */
function orderReader(column: ContractColumn | null): OrderReader {
  const type = column?.type ?? 'timestamptz';
  if (type === 'string') return (text) => Uint8Array.from(text);
  const options = { epoch: column?.epoch, assumeUtc: column?.assumeUtc === true || type === 'timestamp' };
  if (type === 'timestamptz' || type === 'timestamp') {
    return (text) => {
      const instant = parseInstantExact(text, options);
      if (typeof instant === 'string') return undefined;
      return instant.beyond === '' ? instant.micros : instant;
    };
  }
  return (text) => {
    const result = castValue(type, text, options);
    return result.ok ? result.value : undefined;
  };
}
