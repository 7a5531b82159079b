import {
  GetTableCommand,
  type GetTableCommandOutput,
  GetTablesCommand,
  type GetTablesCommandOutput,
  type Table as GlueTable,
} from '@aws-sdk/client-glue';
import { IcebergError } from '../../error.js';
import type { MetadataCache } from '../../metadata/metadata-cache.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import { abortableStorage } from '../../storage/abortable-storage.js';
import type { Storage } from '../../storage/storage.js';
import type { TableIdentifier } from '../catalog.js';
import { identifierText, namespaceNotFound, tableNotFound } from '../table-name.js';
import type { SendGlue } from './glue-client.js';
import { glueFailed, isNamed } from './glue-error.js';
import { isIcebergTable } from './glue-table-input.js';

/** A table as Glue and its metadata file describe it, read together. */
export interface GluePointer {
  readonly table: GlueTable;
  readonly metadata: TableMetadata;
  readonly metadataLocation: string;
}

/** Reads tables of the Data Catalog. `send` repeats what may be repeated. */
export class GlueTables {
  readonly #send: SendGlue;
  readonly #storage: Storage;
  readonly #documents: MetadataCache;
  readonly #catalog: { CatalogId?: string };

  constructor(send: SendGlue, storage: Storage, documents: MetadataCache, catalog: { CatalogId?: string }) {
    this.#send = send;
    this.#storage = storage;
    this.#documents = documents;
    this.#catalog = catalog;
  }

  /** The table of this name, of whatever kind, or `null`. */
  async find({ namespace, name }: TableIdentifier, signal?: AbortSignal): Promise<GlueTable | null> {
    try {
      const command = new GetTableCommand({ ...this.#catalog, DatabaseName: namespace, Name: name });
      return ((await this.#send(command, signal)) as GetTableCommandOutput).Table ?? null;
    } catch (cause) {
      if (isNamed(cause, 'EntityNotFoundException')) return null;
      throw glueFailed(`look up table ${namespace}.${name}`, cause, { namespace, name });
    }
  }

  /** The Iceberg table of this name as Glue describes it. Throws `TABLE_NOT_FOUND`, also of tables of other kinds. */
  async require(identifier: TableIdentifier, signal?: AbortSignal): Promise<GlueTable> {
    const table = await this.find(identifier, signal);
    if (table === null) throw tableNotFound(identifier, 'Glue');
    if (isIcebergTable(table)) return table;
    throw new IcebergError(
      `The Glue table ${identifierText(identifier)} is not an Iceberg table; choose another name.`,
      { code: 'TABLE_NOT_FOUND', context: { ...identifier } },
    );
  }

  /** Throws what {@link require} throws, and `INVALID_METADATA`. */
  async load(identifier: TableIdentifier, signal?: AbortSignal): Promise<GluePointer> {
    const table = await this.require(identifier, signal);
    const text = identifierText(identifier);
    const metadataLocation = table.Parameters?.['metadata_location'];
    if (metadataLocation === undefined) {
      throw new IcebergError(`The Glue table ${text} has no parameter metadata_location.`, {
        code: 'INVALID_METADATA',
        context: { ...identifier },
      });
    }
    const metadata = await this.#documents.read(abortableStorage(this.#storage, signal), metadataLocation);
    return { table, metadata, metadataLocation };
  }

  /** Names of the Iceberg tables of a database. Throws `NAMESPACE_NOT_FOUND`. */
  async list(namespace: string, signal?: AbortSignal): Promise<TableIdentifier[]> {
    const found: TableIdentifier[] = [];
    let NextToken: string | undefined;
    do {
      const next = NextToken === undefined ? {} : { NextToken };
      let page: GetTablesCommandOutput;
      try {
        const command = new GetTablesCommand({ ...this.#catalog, DatabaseName: namespace, ...next });
        page = (await this.#send(command, signal)) as GetTablesCommandOutput;
      } catch (cause) {
        if (isNamed(cause, 'EntityNotFoundException')) throw namespaceNotFound(namespace, 'Glue');
        throw glueFailed(`list the tables of ${namespace}`, cause, { namespace });
      }
      for (const table of page.TableList ?? [])
        if (table.Name !== undefined && isIcebergTable(table)) found.push({ namespace, name: table.Name });
      NextToken = page.NextToken;
    } while (NextToken !== undefined && NextToken !== '');
    return found.sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}
