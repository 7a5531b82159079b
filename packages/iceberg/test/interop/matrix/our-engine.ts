import { RestCatalog } from '../../../src/catalog/rest/index.js';
import { isIn, type RowMode, type Table } from '../../../src/index.js';
import { canonical } from '../../support/canonical-rows.js';
import type { PeerOutcome } from '../peer-session.js';
import { type Engine, NAMESPACE, type Task } from './engine.js';
import type { DeleteMode, Shape, Step } from './shape.js';

const WORK = new Set<Step['kind']>([
  'append',
  'delete',
  'upsert',
  'overwrite',
  'addColumn',
  'compact',
  'rewriteManifests',
  'expire',
]);

/** This package, through the same REST catalog as the others. */
export class OurEngine implements Engine {
  readonly name = 'ours';
  readonly #catalog: RestCatalog;

  constructor(uri: string) {
    this.#catalog = new RestCatalog({ uri });
  }

  async prepare(): Promise<void> {
    await this.#catalog.namespaces.create(NAMESPACE);
  }

  cannot(_shape: Shape, work: Task['work'], formatVersion: Shape['formatVersion']): string | null {
    if (work === 'read') return null;
    if (formatVersion === 1) return 'format version 1 is only read here';
    if (work === 'create' || WORK.has(work.kind)) return null;
    return 'not yet';
  }

  async run(tasks: readonly Task[]): Promise<PeerOutcome[]> {
    const outcomes: PeerOutcome[] = [];
    for (const task of tasks) {
      outcomes.push(await this.#one(task).catch((error: Error) => ({ error: `${error.stack}` })));
    }
    return outcomes;
  }

  async stop(): Promise<void> {}

  async #one({ table: name, shape, work }: Task): Promise<PeerOutcome> {
    const identifier = { namespace: NAMESPACE, name };
    if (work === 'create') {
      const { columns, partitionBy, properties, formatVersion } = shape;
      if (formatVersion === 1) throw new Error('format version 1 is only read here');
      await this.#catalog.createTable(identifier, {
        schema: { fields: columns },
        partitionBy,
        properties,
        formatVersion,
      });
      return { columns: [], rows: [] };
    }
    const table = await this.#catalog.loadTable(identifier);
    if (work === 'read') return await read(table);
    await change(table, work, shape.mode);
    return { columns: [], rows: [] };
  }
}

async function read(table: Table): Promise<PeerOutcome> {
  const { fields } = table.schema();
  const rows = [];
  for await (const row of table.scan().rows())
    rows.push(fields.map((field) => canonical(row[field.name], field.type)));
  return {
    columns: fields.map(({ id, name, type, required }) => ({
      id,
      name,
      type: typeof type === 'string' ? type : type.type,
      required,
    })),
    rows,
  };
}

async function change(table: Table, step: Step, mode: DeleteMode): Promise<unknown> {
  switch (step.kind) {
    case 'append':
      return await table.append(step.rows);
    case 'upsert':
      return await table.upsert(step.rows, { key: ['id'], mode });
    case 'overwrite':
      return await table.overwrite(step.rows, { filter: isIn('id', step.ids), mode: rowMode(mode) });
    case 'delete':
      // Both ways of deleting, one or the other.
      return step.ids.length % 2 === 0 && mode !== 'equality-deletes'
        ? await table.delete({ filter: isIn('id', step.ids), mode: rowMode(mode) })
        : await table.deleteKeys(
            step.ids.map((id) => ({ id })),
            { key: ['id'], mode },
          );
    case 'addColumn':
      return await table
        .transaction()
        .addColumns([{ name: step.name, type: step.type }])
        .commit();
    case 'compact':
      return await table.compact({ rewriteAll: true });
    case 'rewriteManifests':
      return await table.rewriteManifests();
    case 'expire':
      return await table.expireSnapshots({ olderThan: Date.now() + 1000, retainLast: 1 });
    default:
      throw new Error(`not told how to ${step.kind}`);
  }
}

function rowMode(mode: DeleteMode): RowMode {
  return mode === 'equality-deletes' ? 'merge-on-read' : mode;
}
