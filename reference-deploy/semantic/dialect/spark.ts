import type { SqlType } from '../sql-type.js';
import type { Dialect } from './dialect.js';

const TYPES: Readonly<Record<Exclude<SqlType['kind'], 'decimal'>, string>> = {
  text: 'STRING',
  boolean: 'BOOLEAN',
  int: 'INT',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'BIGINT',
  timestamp: 'TIMESTAMP_NTZ',
  timestamptz: 'TIMESTAMP',
  uuid: 'STRING',
  binary: 'BINARY',
};

const DAY = 86_400_000_000;
const HOUR = 3_600_000_000;

/** Spark 3.5 SQL. Nothing here depends on the session's time zone or on ANSI mode. */
export const spark: Dialect = {
  name: 'spark',
  quote,
  text,
  instant: (value) => `TIMESTAMP '${value.replace('T', ' ')}+00:00'`,
  typeName: (type) =>
    type.kind === 'decimal' ? `DECIMAL(${type.precision}, ${type.scale})` : TYPES[type.kind],
  dateOf: (sql, { kind }) =>
    kind === 'timestamptz'
      ? `DATE_FROM_UNIX_DATE(CAST((UNIX_MICROS(${sql}) - PMOD(UNIX_MICROS(${sql}), ${DAY})) DIV ${DAY} AS INT))`
      : `CAST(${sql} AS DATE)`,
  hourOf: (sql, { kind }) =>
    kind === 'timestamptz' ? `CAST(PMOD(UNIX_MICROS(${sql}), ${DAY}) DIV ${HOUR} AS INT)` : `HOUR(${sql})`,
  monthOf: (date) => `TRUNC(${date}, 'MONTH')`,
  textOf: (sql) => `CAST(${sql} AS STRING)`,
  viewColumn: (sql) => sql,
  createSchema: (name) => `CREATE NAMESPACE IF NOT EXISTS ${name.map(quote).join('.')}`,
  createView: ({ name, description, select }) =>
    `CREATE OR REPLACE VIEW ${name.map(quote).join('.')}\nCOMMENT ${text(description)}\nAS\n${select}`,
};

function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Spark joins neighbouring texts, so a doubled quote would vanish; and it looks for variables in the whole statement. */
function text(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('${', '\\u0024{')}'`;
}
