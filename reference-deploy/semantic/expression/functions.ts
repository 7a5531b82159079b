import type { Dialect } from '../dialect/dialect.js';
import { ExpressionFault } from '../fault.js';
import {
  DATE,
  DOUBLE,
  digitsOf,
  INT,
  isNumber,
  LONG,
  MOST_DIGITS,
  type SqlType,
  TEXT,
  typeText,
} from '../sql-type.js';
import type { Ast } from './ast.js';
import { alike, asDouble, type Checked, castSql, comparable, showsOf } from './checked.js';

/** A call whose arguments have been checked. */
export interface Call {
  readonly name: string;
  readonly offset: number;
  readonly args: readonly Checked[];
  readonly asts: readonly Ast[];
}

interface FunctionRule {
  /** How it is called, for messages. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly check: (call: Call) => Checked;
}

const textOnly = (sql: string) => ({
  usage: `${sql.toLowerCase()}(text)`,
  least: 1,
  most: 1,
  check: (call: Call): Checked => {
    const of = argument(call, 0, 'a string', ({ kind }) => kind === 'text');
    return { type: TEXT, shows: of.shows, render: (dialect) => `${sql}(${of.render(dialect)})` };
  },
});

const timePart = (
  usage: string,
  type: SqlType,
  render: (dialect: Dialect, sql: string, of: SqlType) => string,
) => ({
  usage,
  least: 1,
  most: 1,
  check: (call: Call): Checked => {
    const kinds = usage.startsWith('hour')
      ? ['timestamptz', 'timestamp']
      : ['timestamptz', 'timestamp', 'date'];
    const of = argument(call, 0, kinds.join(' or '), ({ kind }) => kinds.includes(kind));
    return { type, shows: of.shows, render: (dialect) => render(dialect, of.render(dialect), of.type) };
  },
});

function day(dialect: Dialect, sql: string, type: SqlType): string {
  return type.kind === 'date' ? sql : dialect.dateOf(sql, type);
}

/** What an expression may call, besides the aggregates of metrics. */
export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  coalesce: {
    usage: 'coalesce(value, value, …)',
    least: 2,
    most: 100,
    check({ args, asts }) {
      const values = alike(args, offsets(asts));
      return joined('COALESCE', values, values[0]!.type);
    },
  },
  nullif: {
    usage: 'nullif(value, other)',
    least: 2,
    most: 2,
    check({ args, asts }) {
      const values = comparable(args, offsets(asts));
      return joined('NULLIF', values, values[0]!.type);
    },
  },
  lower: textOnly('LOWER'),
  upper: textOnly('UPPER'),
  length: {
    usage: 'length(text)',
    least: 1,
    most: 1,
    check(call) {
      const of = argument(call, 0, 'a string', ({ kind }) => kind === 'text');
      return {
        type: LONG,
        shows: of.shows,
        render: (dialect) => castSql(`LENGTH(${of.render(dialect)})`, LONG, dialect),
      };
    },
  },
  concat: {
    usage: 'concat(text, text, …)',
    least: 2,
    most: 100,
    check(call) {
      const parts = call.args.map((_, index) =>
        argument(call, index, 'a string', ({ kind }) => kind === 'text'),
      );
      const render = (dialect: Dialect): string =>
        `(${parts.map((part) => part.render(dialect)).join(' || ')})`;
      return { type: TEXT, shows: showsOf(parts), render };
    },
  },
  substring: {
    usage: 'substring(text, from, count)',
    least: 3,
    most: 3,
    check(call) {
      const of = argument(call, 0, 'a string', ({ kind }) => kind === 'text');
      const [from, count] = [wholeLiteral(call, 1, 1, 1_000_000), wholeLiteral(call, 2, 0, 1_000_000)];
      return {
        type: TEXT,
        shows: of.shows,
        render: (dialect) => `SUBSTR(${of.render(dialect)}, ${from}, ${count})`,
      };
    },
  },
  abs: {
    usage: 'abs(number)',
    least: 1,
    most: 1,
    check(call) {
      const of = argument(call, 0, 'a number', isNumber);
      const digits = digitsOf(of.type);
      const type: SqlType = digits === null ? DOUBLE : { kind: 'decimal', ...digits };
      return {
        type,
        shows: of.shows,
        render: (dialect) => `ABS(${castSql(of.render(dialect), type, dialect)})`,
      };
    },
  },
  round: {
    usage: 'round(exact number, digits)',
    least: 2,
    most: 2,
    check(call) {
      const of = argument(call, 0, 'an exact number', (type) => digitsOf(type) !== null);
      const { precision, scale } = digitsOf(of.type)!;
      const kept = wholeLiteral(call, 1, 0, scale);
      const type = {
        kind: 'decimal',
        precision: Math.min(precision - scale + kept + 1, MOST_DIGITS),
        scale: kept,
      } as const;
      return {
        type,
        shows: of.shows,
        render: (dialect) => castSql(`ROUND(${of.render(dialect)}, ${kept})`, type, dialect),
      };
    },
  },
  double: {
    usage: 'double(number)',
    least: 1,
    most: 1,
    check: (call) => asDouble(argument(call, 0, 'a number', isNumber)),
  },
  text: {
    usage: 'text(int, long or date)',
    least: 1,
    most: 1,
    check(call) {
      const of = argument(call, 0, 'int, long or date', ({ kind }) => ['int', 'long', 'date'].includes(kind));
      return {
        type: TEXT,
        shows: of.shows,
        render: (dialect) => dialect.textOf(of.render(dialect), of.type),
      };
    },
  },
  date_of: timePart('date_of(time)', DATE, day),
  month_of: timePart('month_of(time)', DATE, (dialect, sql, type) =>
    dialect.monthOf(day(dialect, sql, type)),
  ),
  year_of: timePart('year_of(time)', INT, (dialect, sql, type) =>
    castSql(`YEAR(${day(dialect, sql, type)})`, INT, dialect),
  ),
  hour_of: timePart('hour_of(time)', INT, (dialect, sql, type) => dialect.hourOf(sql, type)),
};

/** An argument, refused where its type does not fit. */
export function argument(
  call: Call,
  index: number,
  wanted: string,
  fits: (type: SqlType) => boolean,
): Checked {
  const value = call.args[index]!;
  if (fits(value.type)) return value;
  throw new ExpressionFault(
    call.asts[index]!.offset,
    `${call.name} takes ${wanted} here, and this is ${typeText(value.type)}`,
  );
}

function wholeLiteral(call: Call, index: number, from: number, to: number): number {
  const ast = call.asts[index]!;
  const value = ast.kind === 'number' ? Number(ast.text) : Number.NaN;
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new ExpressionFault(ast.offset, `${call.name} takes a whole number from ${from} to ${to} here`);
}

function joined(name: string, values: readonly Checked[], type: SqlType): Checked {
  const render = (dialect: Dialect): string =>
    `${name}(${values.map((value) => value.render(dialect)).join(', ')})`;
  return { type, shows: showsOf(values), render };
}

function offsets(asts: readonly Ast[]): number[] {
  return asts.map(({ offset }) => offset);
}
