import type { Dialect } from '../dialect/dialect.js';
import { ExpressionFault } from '../fault.js';
import { commonType, type Digits, DOUBLE, digitsOf, type SqlType, typeText } from '../sql-type.js';

/** An expression whose columns are there and whose types fit. */
export interface Checked {
  readonly type: SqlType;
  /** Digits of a literal number, where its type allows more. */
  readonly digits?: Digits;
  /** Masked columns that a reader of the value learns something of, as `source.column`. */
  readonly shows: ReadonlySet<string>;
  readonly render: (dialect: Dialect) => string;
}

/** The expression, as a value of another type where it has another one. */
function cast(checked: Checked, type: SqlType): Checked {
  if (typeText(checked.type) === typeText(type)) return checked;
  const render = (dialect: Dialect): string => castSql(checked.render(dialect), type, dialect);
  return { type, shows: checked.shows, render };
}

export function castSql(sql: string, type: SqlType, dialect: Dialect): string {
  return `CAST(${sql} AS ${dialect.typeName(type)})`;
}

/** Expressions as values of one type. */
export function alike(values: readonly Checked[], offsets: readonly number[]): Checked[] {
  let type = values[0]!.type;
  for (const [index, value] of values.entries()) {
    const common = commonType(type, value.type);
    if (common === null)
      throw new ExpressionFault(
        offsets[index]!,
        `is ${typeText(value.type)}, and the values before it are ${typeText(type)}`,
      );
    type = common;
  }
  return values.map((value) => cast(value, type));
}

/**
 * Values that are compared: as they are, for engines skip files by a column's bounds only where nothing is done to it. Only
 * where approximate numbers meet others all become doubles: some engines would compare them as floats.
 */
export function comparable(values: readonly Checked[], offsets: readonly number[]): readonly Checked[] {
  const same = alike(values, offsets);
  return same[0]!.type.kind === 'double' ? same : values;
}

export function showsOf(values: readonly Checked[]): ReadonlySet<string> {
  return new Set(values.flatMap(({ shows }) => [...shows]));
}

/** A number as its type's own digits, in a decimal: no engine then counts in a narrower type. */
export function asDecimal(value: Checked): { readonly digits: Digits; readonly render: Checked['render'] } {
  const digits = value.digits ?? digitsOf(value.type)!;
  return {
    digits,
    render: (dialect) => castSql(value.render(dialect), { kind: 'decimal', ...digits }, dialect),
  };
}

export function asDouble(value: Checked): Checked {
  return cast(value, DOUBLE);
}
