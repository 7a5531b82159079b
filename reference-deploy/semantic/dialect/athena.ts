import type { SqlType } from '../sql-type.js';
import { type Dialect, doubleQuoted, singleQuoted } from './dialect.js';

const TYPES: Readonly<Record<Exclude<SqlType['kind'], 'decimal'>, string>> = {
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  long: 'BIGINT',
  float: 'REAL',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME(6)',
  timestamp: 'TIMESTAMP(6)',
  timestamptz: 'TIMESTAMP(6) WITH TIME ZONE',
  uuid: 'UUID',
  binary: 'VARBINARY',
};

/** Athena, engine version 3. Its views are Hive's: no zones, no times of day, no UUIDs. */
export const athena: Dialect = {
  name: 'athena',
  quote: doubleQuoted,
  text: singleQuoted,
  instant: (value) => `TIMESTAMP '${value.replace('T', ' ')} UTC'`,
  typeName: (type) =>
    type.kind === 'decimal' ? `DECIMAL(${type.precision}, ${type.scale})` : TYPES[type.kind],
  dateOf: (sql, { kind }) => `CAST(${kind === 'timestamptz' ? inUtc(sql) : sql} AS DATE)`,
  hourOf: (sql, { kind }) => `CAST(hour(${kind === 'timestamptz' ? inUtc(sql) : sql}) AS INTEGER)`,
  monthOf: (date) => `date_trunc('month', ${date})`,
  textOf: (sql) => `CAST(${sql} AS VARCHAR)`,
  viewColumn(sql, { kind }) {
    if (kind === 'timestamptz') return `CAST(${inUtc(sql)} AS TIMESTAMP(6))`;
    return kind === 'time' || kind === 'uuid' ? `CAST(${sql} AS VARCHAR)` : sql;
  },
  // The one statement here that Athena gives to Hive, which quotes otherwise.
  createSchema: (name) => `CREATE DATABASE IF NOT EXISTS \`${name.at(-1)!.replaceAll('`', '``')}\``,
  createView: ({ name, select }) =>
    `CREATE OR REPLACE VIEW ${name.map(doubleQuoted).join('.')} AS\n${select}`,
};

function inUtc(sql: string): string {
  return `at_timezone(${sql}, 'UTC')`;
}
