import { fileURLToPath } from 'node:url';
import type { PythonPeers } from '../../../../../scripts/peers/python.js';
import type { SparkPeer } from '../../../../../scripts/peers/spark.js';
import type { NewType } from '../../../src/index.js';
import { canonical } from '../../support/canonical-rows.js';
import { type PeerOutcome, PeerSession } from '../peer-session.js';
import { SparkSession } from '../spark-session.js';
import { type Engine, type EngineName, hasType, NAMESPACE, type Task } from './engine.js';
import type { Model, Row, Shape } from './shape.js';
import { createSql, type Dialect, stepSql } from './sql.js';

const script = fileURLToPath(new URL('../peer_session.py', import.meta.url));

interface Session {
  run(jobs: readonly (readonly unknown[])[]): Promise<PeerOutcome[]>;
  stop(): Promise<void>;
}

/** An engine that is told in SQL. */
class SqlEngine implements Engine {
  readonly name: EngineName;
  readonly #session: Session;
  readonly #dialect: Dialect;
  readonly #limits: Engine['cannot'];

  constructor(dialect: Dialect, session: Session, limits: Engine['cannot']) {
    this.name = dialect;
    this.#dialect = dialect;
    this.#session = session;
    this.#limits = limits;
  }

  cannot(shape: Shape, work: Task['work'], formatVersion: Shape['formatVersion']): string | null {
    const faults = work === 'read' ? shape.unread : shape.without;
    return faults[this.name] ?? this.#limits(shape, work, formatVersion);
  }

  run(tasks: readonly Task[]): Promise<PeerOutcome[]> {
    return this.#session.run(
      tasks.map(({ table, shape, model, work }) => {
        const name = `rest.${NAMESPACE}.${table}`;
        if (work === 'create') return [createSql(name, shape, this.#dialect)];
        if (work === 'read') return [`SELECT * FROM ${name}`];
        return stepSql(name, work, model, this.#dialect);
      }),
    );
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }
}

/** What Spark 3.5 with Iceberg 1.10 cannot do. */
function sparkLimits(shape: Shape, work: Task['work']): string | null {
  if (hasType(shape, /"time"/)) return 'Spark 3.5 has no type time';
  if (work === 'read') return null;
  if (hasType(shape, /"uuid"/)) return 'Spark 3.5 has no type uuid (it reads them as text)';
  if (hasType(shape, /"fixed/)) return 'Spark 3.5 has no type fixed (it reads them as binary)';
  if (work !== 'create' && work.kind === 'addColumn' && work.default !== undefined)
    return 'Iceberg 1.10 gives Spark no way to add a column with a default';
  return null;
}

export async function sparkEngine(peer: SparkPeer, warehouse: string, uri: string): Promise<Engine> {
  return new SqlEngine('spark', await SparkSession.start(peer, warehouse, uri), sparkLimits);
}

/** What DuckDB 1.5 cannot do. */
function duckdbLimits(
  shape: Shape,
  work: Task['work'],
  formatVersion: Shape['formatVersion'],
): string | null {
  if (work === 'read') return null;
  if (formatVersion === 1) return 'DuckDB 1.5 writes no format version 1';
  if (hasType(shape, /"fixed/)) return 'DuckDB 1.5 has no type fixed (it reads them as blobs)';
  if (work === 'create') return null;
  if (work.kind === 'addColumn' && typeof work.type !== 'string') return 'DuckDB 1.5 adds no nested columns';
  if (work.kind === 'addColumn' && work.default !== undefined)
    return 'DuckDB 1.5 adds no columns with a default';
  if (work.kind === 'moveColumn') return 'DuckDB 1.5 does not reorder columns';
  if (work.kind === 'upgrade') return 'DuckDB 1.5 does not upgrade tables';
  if (shape.mode === 'copy-on-write' && ['delete', 'upsert', 'overwrite'].includes(work.kind))
    return 'DuckDB 1.5 has no copy-on-write';
  if (['compact', 'rewriteManifests', 'expire'].includes(work.kind)) return 'DuckDB 1.5 has no maintenance';
  return null;
}

export async function duckdbEngine(peers: PythonPeers, uri: string): Promise<Engine> {
  return new SqlEngine('duckdb', await startPython(peers, 'duckdb', uri), duckdbLimits);
}

function startPython(peers: PythonPeers, name: string, uri: string): Promise<PeerSession> {
  return PeerSession.start(peers.python, [script, name, uri, peers.duckdbExtensions]);
}

/** What PyIceberg 0.12 cannot do. */
function pyicebergLimits(
  _shape: Shape,
  work: Task['work'],
  formatVersion: Shape['formatVersion'],
): string | null {
  if (work === 'read') return null;
  if (formatVersion === 3) return 'PyIceberg 0.12 writes no format version 3';
  if (work === 'create') return null;
  if (work.kind === 'addColumn' && work.default !== undefined)
    return 'PyIceberg 0.12 adds no columns with a default';
  if (['compact', 'rewriteManifests', 'expire'].includes(work.kind))
    return 'PyIceberg 0.12 neither compacts nor rewrites manifests';
  return null;
}

class PyicebergEngine implements Engine {
  readonly name = 'pyiceberg';
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  cannot(shape: Shape, work: Task['work'], formatVersion: Shape['formatVersion']): string | null {
    const faults = work === 'read' ? shape.unread : shape.without;
    return faults[this.name] ?? pyicebergLimits(shape, work, formatVersion);
  }

  run(tasks: readonly Task[]): Promise<PeerOutcome[]> {
    return this.#session.run(tasks.map((task) => [pyicebergChange(task)]));
  }

  stop(): Promise<void> {
    return this.#session.stop();
  }
}

export async function pyicebergEngine(peers: PythonPeers, uri: string): Promise<Engine> {
  return new PyicebergEngine(await startPython(peers, 'pyiceberg', uri));
}

function pyicebergChange({ table, shape, model, work }: Task): Record<string, unknown> {
  const name = `${NAMESPACE}.${table}`;
  if (work === 'read') return { do: 'read', table: name };
  if (work === 'create') {
    let nextId = shape.columns.length + 1;
    const fields = shape.columns.map((column, at) => ({
      id: at + 1,
      name: column.name,
      required: column.required ?? false,
      type: typeDocument(column.type, () => nextId++),
    }));
    const properties = { 'format-version': String(shape.formatVersion), ...shape.properties };
    return { do: 'create', table: name, fields, properties, partitionBy: shape.partitionBy };
  }
  const { kind, ...rest } = work;
  const change: Record<string, unknown> = { do: kind, table: name, ...rest };
  if ('rows' in work) change['rows'] = work.rows.map((row) => canonicalRow(row, model));
  if ('type' in work) change['type'] = typeDocument(work.type, () => 1000);
  return change;
}

function canonicalRow(row: Row, model: Model): unknown[] {
  return model.columns.map((column) => canonical(row[column.name] ?? null, column.type));
}

/** A type as table metadata spells it. */
function typeDocument(type: NewType, nextId: () => number): unknown {
  if (typeof type === 'string') return type;
  if (type.type === 'list') {
    return {
      type: 'list',
      'element-id': nextId(),
      element: typeDocument(type.element, nextId),
      'element-required': false,
    };
  }
  if (type.type === 'map') {
    return {
      type: 'map',
      'key-id': nextId(),
      key: typeDocument(type.key, nextId),
      'value-id': nextId(),
      value: typeDocument(type.value, nextId),
      'value-required': false,
    };
  }
  return {
    type: 'struct',
    fields: type.fields.map((field) => ({
      id: nextId(),
      name: field.name,
      required: false,
      type: typeDocument(field.type, nextId),
    })),
  };
}
