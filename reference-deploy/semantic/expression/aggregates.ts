import type { Dialect } from '../dialect/dialect.js';
import { DOUBLE, digitsOf, isNumber, LONG, MOST_DIGITS, type SqlType } from '../sql-type.js';
import { asDouble, type Checked, castSql } from './checked.js';
import { argument, type Call } from './functions.js';

interface AggregateRule {
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly check: (call: Call) => Checked;
}

const NOTHING: ReadonlySet<string> = new Set();
const ORDERED = ['text', 'int', 'long', 'decimal', 'float', 'double', 'date', 'timestamp', 'timestamptz'];

const extreme = (name: 'MIN' | 'MAX'): AggregateRule => ({
  usage: `${name.toLowerCase()}(value)`,
  least: 1,
  most: 1,
  check(call) {
    const of = argument(call, 0, 'a number, a string or a time', ({ kind }) => ORDERED.includes(kind));
    return { type: of.type, shows: of.shows, render: (dialect) => `${name}(${of.render(dialect)})` };
  },
});

/** What metrics are made of. Counting shows nothing of what is counted. */
export const AGGREGATES: Readonly<Record<string, AggregateRule>> = {
  count: {
    usage: 'count() or count(value)',
    least: 0,
    most: 1,
    check: ({ args: [of] }) => ({
      type: LONG,
      shows: NOTHING,
      render: (dialect) => castSql(`COUNT(${of?.render(dialect) ?? '*'})`, LONG, dialect),
    }),
  },
  count_distinct: {
    usage: 'count_distinct(value)',
    least: 1,
    most: 1,
    check: ({ args: [of] }) => ({
      type: LONG,
      shows: NOTHING,
      render: (dialect) => castSql(`COUNT(DISTINCT ${of!.render(dialect)})`, LONG, dialect),
    }),
  },
  sum: {
    usage: 'sum(number)',
    least: 1,
    most: 1,
    check(call) {
      const of = argument(call, 0, 'a number', isNumber);
      const type = sumType(of.type);
      return { type, shows: of.shows, render: (dialect) => sumSql(of, type, dialect) };
    },
  },
  // Engines differ in the digits of an average of exact numbers: a sum is exact, and one division rounds once.
  avg: {
    usage: 'avg(number)',
    least: 1,
    most: 1,
    check(call) {
      const of = argument(call, 0, 'a number', isNumber);
      if (digitsOf(of.type) === null)
        return { type: DOUBLE, shows: of.shows, render: (dialect) => `AVG(${asDouble(of).render(dialect)})` };
      const type = sumType(of.type);
      const render = (dialect: Dialect): string =>
        `(${castSql(sumSql(of, type, dialect), DOUBLE, dialect)} / NULLIF(${castSql(`COUNT(${of.render(dialect)})`, DOUBLE, dialect)}, 0))`;
      return { type: DOUBLE, shows: of.shows, render };
    },
  },
  min: extreme('MIN'),
  max: extreme('MAX'),
};

/** Room for every sum: in an engine's integers one may wrap. */
function sumType(type: SqlType): SqlType {
  const digits = digitsOf(type);
  return digits === null ? DOUBLE : { kind: 'decimal', precision: MOST_DIGITS, scale: digits.scale };
}

function sumSql(of: Checked, type: SqlType, dialect: Dialect): string {
  const digits = digitsOf(of.type);
  const each: SqlType = digits === null ? DOUBLE : { kind: 'decimal', ...digits };
  return castSql(`SUM(${castSql(of.render(dialect), each, dialect)})`, type, dialect);
}
