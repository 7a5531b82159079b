import type { SqlType } from '../sql-type.js';
import { type Dialect, doubleQuoted, singleQuoted } from './dialect.js';

const TYPES: Readonly<Record<Exclude<SqlType['kind'], 'decimal'>, string>> = {
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
  uuid: 'UUID',
  binary: 'BLOB',
};

/** DuckDB. Days and hours are taken from microseconds: time zones are an extension there. */
export const duckdb: Dialect = {
  name: 'duckdb',
  quote: doubleQuoted,
  text: singleQuoted,
  instant: (value) => `TIMESTAMPTZ '${value.replace('T', ' ')}+00:00'`,
  typeName: (type) =>
    type.kind === 'decimal' ? `DECIMAL(${type.precision}, ${type.scale})` : TYPES[type.kind],
  dateOf: (sql, { kind }) => `CAST(${kind === 'timestamptz' ? inUtc(sql) : sql} AS DATE)`,
  hourOf: (sql, { kind }) => `CAST(hour(${kind === 'timestamptz' ? inUtc(sql) : sql}) AS INTEGER)`,
  monthOf: (date) => `CAST(date_trunc('month', ${date}) AS DATE)`,
  textOf: (sql) => `CAST(${sql} AS VARCHAR)`,
  viewColumn: (sql) => sql,
  createSchema: (name) => `CREATE SCHEMA IF NOT EXISTS ${name.map(doubleQuoted).join('.')}`,
  createView: ({ name, select }) =>
    `CREATE OR REPLACE VIEW ${name.map(doubleQuoted).join('.')} AS\n${select}`,
};

function inUtc(sql: string): string {
  return `make_timestamp(epoch_us(${sql}))`;
}
