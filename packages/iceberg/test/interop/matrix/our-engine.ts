import { RestCatalog } from '../../../src/catalog/rest/index.js';
import { isIn, type PrimitiveType, type RowMode, type Table } from '../../../src/index.js';
import { canonical } from '../../support/canonical-rows.js';
import type { PeerOutcome } from '../peer-session.js';
import { type Engine, NAMESPACE, type Task } from './engine.js';
import type { DeleteMode, Shape, Step } from './shape.js';

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
    const upgrades = work !== 'create' && work.kind === 'upgrade';
    return formatVersion === 1 && !upgrades ? 'format version 1 is only read here' : null;
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
    case 'addColumn': {
      const initial =
        step.default === undefined ? {} : { initialDefault: step.default, writeDefault: step.default };
      return await table.updateSchema((schema) => schema.addColumn(step.name, step.type, initial));
    }
    case 'dropColumn':
      return await table.updateSchema((schema) => schema.dropColumn(step.name));
    case 'renameColumn':
      return await table.updateSchema((schema) => schema.renameColumn(step.from, step.to));
    case 'widenColumn':
      return await table.updateSchema((schema) => schema.widenColumn(step.name, step.type as PrimitiveType));
    case 'moveColumn':
      return await table.updateSchema((schema) => schema.moveColumn(step.name, { after: step.after }));
    case 'addPartitionField':
      return await table.updatePartitioning((partitioning) => partitioning.addField(step.transform));
    case 'removePartitionField':
      return await table.updatePartitioning((partitioning) => partitioning.removeField(step.transform));
    case 'upgrade':
      return await table.upgradeFormatVersion(step.formatVersion);
    case 'compact':
      return await table.compact({ rewriteAll: true });
    case 'rewriteManifests':
      return await table.rewriteManifests();
    case 'expire':
      return await table.expireSnapshots({ olderThan: Date.now() + 1000, retainLast: 1 });
  }
}

function rowMode(mode: DeleteMode): RowMode {
  return mode === 'equality-deletes' ? 'merge-on-read' : mode;
}
