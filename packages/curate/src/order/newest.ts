import { compareBytes } from '../dedup/byte-arena.js';
import type { Contender } from '../dedup/version-table.js';
import { compareOrderValues } from './order-value.js';

/**
 * Stage 2, business corrections: which of two versions of a key is newer. Below zero when `left` is older.
 *
 * First the contract's order columns, then message id, then payload hash. What is left are versions of which one has
 * from the producer the very `publish_time` that its journey gave the other: the producer's counts as newer, so that two
 * different versions are never equal.
 */
export function compareContenders(left: Contender, right: Contender): number {
  for (let column = 0; column < left.orderValues.length; column++) {
    const order = compareOrderValues(left.orderValues[column] ?? null, right.orderValues[column] ?? null);
    if (order !== 0) return order;
  }
  return (
    compareBytes(left.messageId, right.messageId) ||
    (left.payloadHash < right.payloadHash ? -1 : left.payloadHash > right.payloadHash ? 1 : 0) ||
    Number(left.fromProducer) - Number(right.fromProducer)
  );
}
