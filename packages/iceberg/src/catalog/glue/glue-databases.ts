import {
  CreateDatabaseCommand,
  DeleteDatabaseCommand,
  GetDatabaseCommand,
  type GetDatabaseCommandOutput,
  GetDatabasesCommand,
  type GetDatabasesCommandOutput,
} from '@aws-sdk/client-glue';
import type { AbortOptions } from '../../util/abortable.js';
import type { SendGlue } from './glue-client.js';
import { glueFailed, isNamed } from './glue-error.js';

/** The databases of the Data Catalog, which are its namespaces. */
export interface GlueNamespaces {
  /** `location` is where its tables go; default below the catalog's warehouse. Throws `NAMESPACE_ALREADY_EXISTS`. */
  create(namespace: string, options?: { location?: string } & AbortOptions): Promise<void>;
  exists(namespace: string, options?: AbortOptions): Promise<boolean>;
  list(options?: AbortOptions): Promise<string[]>;
  /** Drops a database with whatever Glue holds of it; data stay. Throws `NAMESPACE_NOT_FOUND`. */
  drop(namespace: string, options?: AbortOptions): Promise<void>;
}

/** {@link GlueNamespaces} by requests to Glue. */
export class GlueDatabases implements GlueNamespaces {
  readonly #send: SendGlue;
  readonly #catalog: { CatalogId?: string };

  constructor(send: SendGlue, catalog: { CatalogId?: string }) {
    this.#send = send;
    this.#catalog = catalog;
  }

  async create(namespace: string, options: { location?: string } & AbortOptions = {}): Promise<void> {
    const { location, signal } = options;
    const DatabaseInput = { Name: namespace, ...(location === undefined ? {} : { LocationUri: location }) };
    try {
      await this.#send(new CreateDatabaseCommand({ ...this.#catalog, DatabaseInput }), signal);
    } catch (cause) {
      throw glueFailed(
        `create database ${namespace}`,
        cause,
        { namespace },
        {
          AlreadyExistsException: 'NAMESPACE_ALREADY_EXISTS',
        },
      );
    }
  }

  async exists(namespace: string, options: AbortOptions = {}): Promise<boolean> {
    return (await this.find(namespace, options.signal)) !== null;
  }

  /** A database and where its tables go, or `null`. */
  async find(namespace: string, signal?: AbortSignal): Promise<{ location: string | undefined } | null> {
    try {
      const command = new GetDatabaseCommand({ ...this.#catalog, Name: namespace });
      const { Database } = (await this.#send(command, signal)) as GetDatabaseCommandOutput;
      return { location: Database?.LocationUri };
    } catch (cause) {
      if (isNamed(cause, 'EntityNotFoundException')) return null;
      throw glueFailed(`look up database ${namespace}`, cause, { namespace });
    }
  }

  async list({ signal }: AbortOptions = {}): Promise<string[]> {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page: Partial<GetDatabasesCommandOutput> = (await this.#send(
        new GetDatabasesCommand({ ...this.#catalog, ...(NextToken === undefined ? {} : { NextToken }) }),
        signal,
      ).catch((cause: unknown) => {
        throw glueFailed('list the databases', cause, {});
      })) as GetDatabasesCommandOutput;
      found.push(...(page.DatabaseList ?? []).flatMap(({ Name }) => Name ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined && NextToken !== '');
    return found.sort();
  }

  async drop(namespace: string, { signal }: AbortOptions = {}): Promise<void> {
    try {
      await this.#send(new DeleteDatabaseCommand({ ...this.#catalog, Name: namespace }), signal);
    } catch (cause) {
      throw glueFailed(
        `drop database ${namespace}`,
        cause,
        { namespace },
        {
          EntityNotFoundException: 'NAMESPACE_NOT_FOUND',
        },
      );
    }
  }
}
