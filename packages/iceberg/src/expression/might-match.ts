import { firstCodePoints } from '../partition/transform.js';
import type { Value } from '../type/value.js';
import type { BoundExpression, BoundTerm } from './bind.js';
import { order } from './evaluate.js';

/** What is known of a column over a group of rows; what is absent is not known. */
export interface ColumnStatistics {
  /** At or below every value but null and NaN. */
  readonly lower?: Value;
  /** At or above every value but null and NaN. */
  readonly upper?: Value;
  readonly hasNulls?: boolean;
  readonly allNull?: boolean;
  /** NaN is outside the bounds, and satisfies only `isNaN`, `notEq` and `notIn`. */
  readonly hasNaNs?: boolean;
  /** Whether every value but null is NaN. */
  readonly allNaN?: boolean;
}

/** Whether any row of a group may satisfy the expression: `false` is certain, `true` is not. */
export function mightMatch(
  expression: BoundExpression,
  statisticsOf: (term: BoundTerm) => ColumnStatistics,
): boolean {
  switch (expression.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
      return mightMatch(expression.left, statisticsOf) && mightMatch(expression.right, statisticsOf);
    case 'or':
      return mightMatch(expression.left, statisticsOf) || mightMatch(expression.right, statisticsOf);
    case 'isNull':
      return statisticsOf(expression.term).hasNulls !== false;
    default: {
      const statistics = statisticsOf(expression.term);
      if (statistics.allNull === true) return false;
      if (expression.op === 'notNull') return true;
      if (expression.op === 'isNaN') return statistics.hasNaNs !== false;
      if (expression.op === 'notNaN') return statistics.allNaN !== true;
      if (expression.op === 'in')
        return expression.values.some((value) => mightCompare('eq', value, statistics));
      if (expression.op === 'notIn') return true;
      return mightCompare(expression.op, expression.value, statistics);
    }
  }
}

/** NaN from `order` makes every test below false, so that nothing is pruned by a bound that cannot be compared. */
function mightCompare(op: string, value: Value, { lower, upper }: ColumnStatistics): boolean {
  switch (op) {
    case 'eq':
      return (
        !(lower !== undefined && order(lower, value) > 0) && !(upper !== undefined && order(upper, value) < 0)
      );
    case 'lt':
      return !(lower !== undefined && order(lower, value) >= 0);
    case 'ltEq':
      return !(lower !== undefined && order(lower, value) > 0);
    case 'gt':
      return !(upper !== undefined && order(upper, value) <= 0);
    case 'gtEq':
      return !(upper !== undefined && order(upper, value) < 0);
    case 'startsWith': {
      const prefix = value as string;
      const cut = (bound: Value): string => firstCodePoints(bound as string, Array.from(prefix).length);
      return (
        !(lower !== undefined && order(cut(lower), prefix) > 0) &&
        !(upper !== undefined && order(cut(upper), prefix) < 0)
      );
    }
    default:
      return true;
  }
}
