import { RestCatalog } from '../../../src/catalog/rest/index.js';
import { batchFromRows, type Table } from '../../../src/index.js';
import { canonical } from '../../support/canonical-rows.js';
import type { PeerOutcome } from '../peer-session.js';
import { type Engine, NAMESPACE, type Task } from './engine.js';
import type { Row, Shape, Step } from './shape.js';

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
    if (work === 'create' || ['append', 'delete', 'upsert', 'addColumn'].includes(work.kind)) return null;
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
    await change(table, work);
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

async function change(table: Table, step: Step): Promise<void> {
  const batch = (rows: readonly Row[]) => batchFromRows(table.schema(), rows);
  switch (step.kind) {
    case 'append':
      await table.append(batch(step.rows));
      return;
    case 'upsert':
      await table.upsert(batch(step.rows), { key: ['id'] });
      return;
    case 'delete': {
      const transaction = table.transaction();
      const keys = { schemaId: 0, fields: table.schema().fields.filter(({ name }) => name === 'id') };
      await transaction.deleteKeys(
        batchFromRows(
          keys,
          step.ids.map((id) => ({ id })),
        ),
        { key: ['id'] },
      );
      await transaction.commit();
      return;
    }
    case 'addColumn':
      await table
        .transaction()
        .addColumns([{ name: step.name, type: step.type }])
        .commit();
      return;
    default:
      throw new Error(`not told how to ${step.kind}`);
  }
}
