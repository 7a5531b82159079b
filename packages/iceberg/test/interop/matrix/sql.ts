import type { NewField, NewType } from '../../../src/index.js';
import type { Model, Row, Shape, Step } from './shape.js';

export type Dialect = 'spark' | 'duckdb';

const SPARK_TYPES: Record<string, string> = {
  int: 'INT',
  long: 'BIGINT',
  timestamp: 'TIMESTAMP_NTZ',
  timestamptz: 'TIMESTAMP',
};
const DUCKDB_TYPES: Record<string, string> = {
  int: 'INTEGER',
  long: 'BIGINT',
  string: 'VARCHAR',
  binary: 'BLOB',
  timestamptz: 'TIMESTAMPTZ',
};

/** A type as the engine spells it. */
export function sqlType(type: NewType, dialect: Dialect): string {
  if (typeof type === 'string') {
    if (type.startsWith('fixed')) return dialect === 'spark' ? 'BINARY' : 'BLOB';
    const types = dialect === 'spark' ? SPARK_TYPES : DUCKDB_TYPES;
    return types[type] ?? type.toUpperCase();
  }
  const of = (inner: NewType): string => sqlType(inner, dialect);
  if (type.type === 'list')
    return dialect === 'spark' ? `ARRAY<${of(type.element)}>` : `${of(type.element)}[]`;
  if (type.type === 'map') {
    return dialect === 'spark'
      ? `MAP<${of(type.key)}, ${of(type.value)}>`
      : `MAP(${of(type.key)}, ${of(type.value)})`;
  }
  const fields = type.fields.map((field) =>
    dialect === 'spark' ? `\`${field.name}\`: ${of(field.type)}` : `"${field.name}" ${of(field.type)}`,
  );
  return dialect === 'spark' ? `STRUCT<${fields.join(', ')}>` : `STRUCT(${fields.join(', ')})`;
}

/** A value as text that the engine reads back to the last digit. */
export function sqlLiteral(value: unknown, type: NewType, dialect: Dialect): string {
  const whole = sqlType(type, dialect);
  if (value === null || value === undefined) return `CAST(NULL AS ${whole})`;
  if (typeof type !== 'string') return `CAST(${nestedLiteral(value, type, dialect)} AS ${whole})`;
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value).toString('hex');
    return dialect === 'spark' ? `X'${hex}'` : `from_hex('${hex}')`;
  }
  if (type === 'boolean') return String(value);
  if (type === 'timestamp' && dialect === 'spark') return `TIMESTAMP_NTZ '${value}'`;
  if (type === 'string') return quoted(String(value), dialect);
  return `CAST('${Object.is(value, -0) ? '-0.0' : value}' AS ${whole})`;
}

function nestedLiteral(value: unknown, type: Exclude<NewType, string>, dialect: Dialect): string {
  const spark = dialect === 'spark';
  if (type.type === 'list') {
    const items = (value as unknown[]).map((item) => sqlLiteral(item, type.element, dialect)).join(', ');
    return spark ? `array(${items})` : `[${items}]`;
  }
  if (type.type === 'struct') {
    const record = value as Row;
    const fields = type.fields.map((field) => {
      const literal = sqlLiteral(record[field.name], field.type, dialect);
      return spark ? `'${field.name}', ${literal}` : `'${field.name}': ${literal}`;
    });
    return spark ? `named_struct(${fields.join(', ')})` : `{${fields.join(', ')}}`;
  }
  const entries = Array.from(value as Map<unknown, unknown>, ([key, item]) => [
    sqlLiteral(key, type.key, dialect),
    sqlLiteral(item, type.value, dialect),
  ]);
  return spark
    ? `map(${entries.flat().join(', ')})`
    : `MAP {${entries.map((entry) => entry.join(': ')).join(', ')}}`;
}

function quoted(text: string, dialect: Dialect): string {
  if (dialect === 'duckdb') return `'${text.replaceAll("'", "''")}'`;
  return `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

function name(text: string, dialect: Dialect): string {
  return dialect === 'spark' ? `\`${text}\`` : `"${text}"`;
}

/** Ours and DuckDB's `bucket(4, id)`; Spark wants `years(x)` and `truncate(2, x)`. */
export function sqlTransform(transform: string, dialect: Dialect): string {
  return dialect === 'spark' ? transform.replace(/^(year|month|day|hour)\(/, '$1s(') : transform;
}

export function createSql(table: string, shape: Shape, dialect: Dialect): string {
  const columns = shape.columns.map(
    (column: NewField) =>
      `${name(column.name, dialect)} ${sqlType(column.type, dialect)}${column.required ? ' NOT NULL' : ''}`,
  );
  const by = shape.partitionBy.map((transform) => sqlTransform(transform, dialect)).join(', ');
  const properties: Record<string, string> = {
    'format-version': String(shape.formatVersion),
    ...(shape.mode === 'equality-deletes'
      ? {}
      : {
          'write.delete.mode': shape.mode,
          'write.update.mode': shape.mode,
          'write.merge.mode': shape.mode,
        }),
    ...shape.properties,
  };
  const given = Object.entries(properties).map(([key, value]) => `'${key}'='${value}'`);
  if (dialect === 'duckdb') {
    return `CREATE TABLE ${table} (${columns.join(', ')})${by === '' ? '' : ` PARTITIONED BY (${by})`} WITH (${given.join(', ')})`;
  }
  return `CREATE TABLE ${table} (${columns.join(', ')}) USING iceberg${by === '' ? '' : ` PARTITIONED BY (${by})`} TBLPROPERTIES (${given.join(', ')})`;
}

/** The statements of a step, on a table that holds what `model` says before it. */
export function stepSql(table: string, step: Step, model: Model, dialect: Dialect): string[] {
  const columns = model.columns.map((column) => name(column.name, dialect));
  const values = (rows: readonly Row[]): string =>
    rows
      .map(
        (row) =>
          `(${model.columns.map((column) => sqlLiteral(row[column.name], column.type, dialect)).join(', ')})`,
      )
      .join(', ');
  switch (step.kind) {
    case 'append':
      return [`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values(step.rows)}`];
    case 'overwrite':
      return [
        ...stepSql(table, { kind: 'delete', ids: step.ids }, model, dialect),
        ...(step.rows.length > 0 ? stepSql(table, { kind: 'append', rows: step.rows }, model, dialect) : []),
      ];
    case 'delete':
      return [`DELETE FROM ${table} WHERE id IN (${step.ids.join(', ')})`];
    case 'upsert': {
      const source = `SELECT * FROM (VALUES ${values(step.rows)}) AS v(${columns.join(', ')})`;
      const sets = columns.slice(1).map((column) => `${column} = s.${column}`);
      return [
        `MERGE INTO ${table} t USING (${source}) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET ${sets.join(', ')} WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${columns.map((column) => `s.${column}`).join(', ')})`,
      ];
    }
    case 'addColumn': {
      const initial =
        step.default === undefined ? '' : ` DEFAULT ${sqlLiteral(step.default, step.type, dialect)}`;
      return [
        `ALTER TABLE ${table} ADD COLUMN ${name(step.name, dialect)} ${sqlType(step.type, dialect)}${initial}`,
      ];
    }
    case 'dropColumn':
      return [`ALTER TABLE ${table} DROP COLUMN ${name(step.name, dialect)}`];
    case 'renameColumn':
      return [`ALTER TABLE ${table} RENAME COLUMN ${name(step.from, dialect)} TO ${name(step.to, dialect)}`];
    case 'widenColumn':
      return [
        `ALTER TABLE ${table} ALTER COLUMN ${name(step.name, dialect)} TYPE ${sqlType(step.type, dialect)}`,
      ];
    case 'moveColumn':
      return [
        `ALTER TABLE ${table} ALTER COLUMN ${name(step.name, dialect)} AFTER ${name(step.after, dialect)}`,
      ];
    case 'addPartitionField':
      if (dialect === 'duckdb') return [repartition(table, [...model.partitionBy, step.transform])];
      return [`ALTER TABLE ${table} ADD PARTITION FIELD ${sqlTransform(step.transform, dialect)}`];
    case 'removePartitionField':
      if (dialect === 'duckdb')
        return [
          repartition(
            table,
            model.partitionBy.filter((transform) => transform !== step.transform),
          ),
        ];
      return [`ALTER TABLE ${table} DROP PARTITION FIELD ${sqlTransform(step.transform, dialect)}`];
    case 'upgrade':
      return [`ALTER TABLE ${table} SET TBLPROPERTIES ('format-version'='${step.formatVersion}')`];
    case 'compact':
      return [maintenance('rewrite_data_files', table, `, options => map('rewrite-all', 'true')`)];
    case 'rewriteManifests':
      return [maintenance('rewrite_manifests', table)];
    case 'expire':
      return [
        maintenance(
          'expire_snapshots',
          table,
          `, older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 1`,
        ),
      ];
  }
}

/** DuckDB is given the whole partitioning anew. */
function repartition(table: string, partitionBy: readonly string[]): string {
  return `ALTER TABLE ${table} SET PARTITIONED BY (${partitionBy.join(', ')})`;
}

function maintenance(procedure: string, table: string, options = ''): string {
  const [catalog, ...rest] = table.split('.');
  return `CALL ${catalog}.system.${procedure}(table => '${rest.join('.').replaceAll('`', '')}'${options})`;
}
