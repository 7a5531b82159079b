import { and, type Expression, gtEq, isIn, ltEq } from '@lean-ops/iceberg';
import { compareBytes } from '../dedup/byte-arena.js';

/** Keys up to which a lookup names each of them, so that files are pruned key by key. */
const NAMED_KEYS = 200;

/** Merge keys in their written form, by number. */
interface KeyTexts {
  readonly length: number;
  /** Valid until another key is added. */
  view(key: number): Uint8Array;
  text(key: number): string;
}

/** A filter that keeps every row with one of the merge keys: each by name while they are few, else their span. */
export function keyFilter(keys: KeyTexts): Expression {
  if (keys.length <= NAMED_KEYS) {
    return isIn(
      '_merge_key',
      Array.from({ length: keys.length }, (_, key) => keys.text(key)),
    );
  }
  let [least, greatest] = [keys.view(0), keys.view(0)];
  for (let key = 1; key < keys.length; key++) {
    const view = keys.view(key);
    if (compareBytes(view, least) < 0) least = view;
    if (compareBytes(view, greatest) > 0) greatest = view;
  }
  return and(gtEq('_merge_key', textOf(least)), ltEq('_merge_key', textOf(greatest)));
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
