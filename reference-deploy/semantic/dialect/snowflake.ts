import type { SqlType } from '../sql-type.js';
import { type Dialect, singleQuoted } from './dialect.js';

const TYPES: Readonly<Record<Exclude<SqlType['kind'], 'decimal'>, string>> = {
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
  int: 'NUMBER(10, 0)',
  long: 'NUMBER(19, 0)',
  float: 'FLOAT',
  double: 'DOUBLE',
  date: 'DATE',
  time: 'TIME(6)',
  timestamp: 'TIMESTAMP_NTZ(6)',
  timestamptz: 'TIMESTAMP_LTZ(6)',
  uuid: 'BINARY(16)',
  binary: 'BINARY',
};

/** Snowflake. Names are quoted in capitals, which is what names without quotes mean there. */
export const snowflake: Dialect = {
  name: 'snowflake',
  quote: capitals,
  text: escaped,
  instant: (value) => `TO_TIMESTAMP_TZ('${value.replace('T', ' ')} +00:00')`,
  typeName: (type) =>
    type.kind === 'decimal' ? `NUMBER(${type.precision}, ${type.scale})` : TYPES[type.kind],
  dateOf: (sql, { kind }) => `TO_DATE(${kind === 'timestamptz' ? inUtc(sql) : sql})`,
  hourOf: (sql, { kind }) => `CAST(HOUR(${kind === 'timestamptz' ? inUtc(sql) : sql}) AS NUMBER(10, 0))`,
  monthOf: (date) => `DATE_TRUNC('MONTH', ${date})`,
  textOf: (sql, { kind }) => (kind === 'date' ? `TO_VARCHAR(${sql}, 'YYYY-MM-DD')` : `TO_VARCHAR(${sql})`),
  viewColumn: (sql) => sql,
  createSchema: (name) => `CREATE SCHEMA IF NOT EXISTS ${name.map(capitals).join('.')}`,
  createView({ name, description, columns, select }) {
    // A secure view shows neither its text nor, through the optimiser, rows that it filters.
    const secure = columns.some(({ sensitive }) => sensitive) ? 'SECURE ' : '';
    return [
      `CREATE OR REPLACE ${secure}VIEW ${name.map(capitals).join('.')}`,
      'COPY GRANTS',
      `COMMENT = ${escaped(description)}`,
      `AS\n${select}`,
    ].join('\n');
  },
};

function capitals(name: string): string {
  return `"${name.toUpperCase().replaceAll('"', '""')}"`;
}

/** Backslashes escape in Snowflake's texts. */
function escaped(value: string): string {
  return singleQuoted(value.replaceAll('\\', '\\\\'));
}

function inUtc(sql: string): string {
  return `CONVERT_TIMEZONE('UTC', ${sql})`;
}
