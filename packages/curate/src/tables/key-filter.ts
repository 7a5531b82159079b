import { and, type Expression, gtEq, isIn, ltEq } from '@lean-ops/iceberg';
import { compareBytes } from '../dedup/byte-arena.js';
import type { KeySet } from '../dedup/key-set.js';

/** Keys up to which a lookup names each of them, so that files are pruned key by key. */
const NAMED_KEYS = 200;

/** A filter that keeps every row with one of the merge keys: each by name while they are few, else their span. */
export function keyFilter(keys: KeySet): Expression {
  const numbers = Array.from({ length: keys.length }, (_, key) => key);
  if (numbers.length <= NAMED_KEYS) {
    return isIn(
      '_merge_key',
      numbers.map((key) => keys.text(key)),
    );
  }
  let least = 0;
  let greatest = 0;
  for (const key of numbers) {
    if (compareBytes(keys.view(key), keys.view(least)) < 0) least = key;
    if (compareBytes(keys.view(key), keys.view(greatest)) > 0) greatest = key;
  }
  return and(gtEq('_merge_key', keys.text(least)), ltEq('_merge_key', keys.text(greatest)));
}
