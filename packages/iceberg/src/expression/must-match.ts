import { firstCodePoints } from '../partition/transform.js';
import type { Value } from '../type/value.js';
import type { BoundExpression, BoundPredicate } from './bind.js';
import { order } from './evaluate.js';
import type { ColumnStatistics } from './might-match.js';

/**
 * Whether every row of a group satisfies the expression: `true` is certain, `false` is not. `mustHold` says the same of
 * one comparison.
 */
export function mustMatch(
  expression: BoundExpression,
  mustHold: (predicate: BoundPredicate) => boolean,
): boolean {
  switch (expression.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
      return mustMatch(expression.left, mustHold) && mustMatch(expression.right, mustHold);
    case 'or':
      return mustMatch(expression.left, mustHold) || mustMatch(expression.right, mustHold);
    default:
      return mustHold(expression);
  }
}

/** Whether statistics prove a comparison for every row. A bound that cannot be compared proves nothing. */
export function statisticsProve(predicate: BoundPredicate, statistics: ColumnStatistics): boolean {
  if (predicate.op === 'isNull') return statistics.allNull === true;
  if (statistics.hasNulls !== false) return false;
  const { lower, upper } = statistics;
  const above = (value: Value): boolean => lower !== undefined && order(lower, value) > 0;
  const below = (value: Value): boolean => upper !== undefined && order(upper, value) < 0;
  if (predicate.op === 'notNull') return true;
  if (predicate.op === 'isNaN') return statistics.allNaN === true;
  if (predicate.op === 'notNaN') return statistics.hasNaNs === false;
  if (predicate.op === 'notEq') return above(predicate.value) || below(predicate.value);
  if (predicate.op === 'notIn') return predicate.values.every((value) => above(value) || below(value));
  const mayHaveNaNs = predicate.term.type === 'float' || predicate.term.type === 'double';
  if (mayHaveNaNs && statistics.hasNaNs !== false) return false;
  const only = (value: Value): boolean =>
    lower !== undefined && upper !== undefined && order(lower, value) === 0 && order(upper, value) === 0;
  switch (predicate.op) {
    case 'eq':
      return only(predicate.value);
    case 'in':
      return predicate.values.some(only);
    case 'lt':
      return below(predicate.value);
    case 'ltEq':
      return upper !== undefined && order(upper, predicate.value) <= 0;
    case 'gt':
      return above(predicate.value);
    case 'gtEq':
      return lower !== undefined && order(lower, predicate.value) >= 0;
    default: {
      const prefix = predicate.value as string;
      const begins = (bound: Value | undefined): boolean =>
        (bound as string | undefined)?.startsWith(prefix) === true;
      if (predicate.op === 'startsWith') return begins(lower) && begins(upper);
      // Above every text with the prefix, or below the least of them.
      const cut = (bound: Value): string => firstCodePoints(bound as string, Array.from(prefix).length);
      return below(prefix) || (lower !== undefined && order(cut(lower), prefix) > 0);
    }
  }
}
