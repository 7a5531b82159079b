import { ExpressionFault } from '../fault.js';
import { type Digits, DOUBLE, isApproximate, isNumber, MOST_DIGITS, typeText } from '../sql-type.js';
import type { Arithmetic } from './ast.js';
import { asDecimal, asDouble, type Checked, castSql, showsOf } from './checked.js';

/**
 * Sums, differences and products of exact numbers are exact: the engines' own rules differ, so each operand and the
 * result get as many digits as they can need. Where one side is approximate, and in divisions, both become doubles;
 * division by zero gives null.
 */
export function arithmetic(operator: Arithmetic, left: Checked, right: Checked, offset: number): Checked {
  for (const side of [left, right])
    if (!isNumber(side.type))
      throw new ExpressionFault(offset, `${operator} takes numbers, and one side is ${typeText(side.type)}`);
  const shows = showsOf([left, right]);
  if (operator === '/' || isApproximate(left.type.kind) || isApproximate(right.type.kind)) {
    const [a, b] = [asDouble(left), asDouble(right)];
    return {
      type: DOUBLE,
      shows,
      render: (dialect) => {
        const divisor = operator === '/' ? `NULLIF(${b.render(dialect)}, 0)` : b.render(dialect);
        return `(${a.render(dialect)} ${operator} ${divisor})`;
      },
    };
  }
  const [a, b] = [asDecimal(left), asDecimal(right)];
  const digits = resultDigits(operator, a.digits, b.digits);
  if (digits.precision > MOST_DIGITS)
    throw new ExpressionFault(
      offset,
      `the result of ${operator} can have ${digits.precision} digits, and engines hold ${MOST_DIGITS}: write double(…) around a side`,
    );
  const type = { kind: 'decimal', ...digits } as const;
  return {
    type,
    shows,
    render: (dialect) => castSql(`${a.render(dialect)} ${operator} ${b.render(dialect)}`, type, dialect),
  };
}

export function negate(of: Checked, offset: number): Checked {
  if (!isNumber(of.type))
    throw new ExpressionFault(offset, `- takes a number, and this is ${typeText(of.type)}`);
  if (isApproximate(of.type.kind)) return { ...of, render: (dialect) => `(- ${of.render(dialect)})` };
  const { digits, render } = asDecimal(of);
  const type = { kind: 'decimal', ...digits } as const;
  return { type, digits, shows: of.shows, render: (dialect) => `(- ${render(dialect)})` };
}

function resultDigits(operator: '+' | '-' | '*', a: Digits, b: Digits): Digits {
  // Spark's product of p and q digits has p + q + 1: at 38 it would begin to cut.
  if (operator === '*') return { precision: a.precision + b.precision + 1, scale: a.scale + b.scale };
  const scale = Math.max(a.scale, b.scale);
  return { precision: Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale };
}
