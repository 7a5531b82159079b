import type { Storage } from '../../storage/storage.js';
import type { TableIdentifier } from '../catalog.js';
import type { LoadResult, StorageCredential } from './rest-json.js';

/** What the server says about reaching the files of a table. */
export interface RestTableAccess {
  readonly identifier: TableIdentifier;
  /** Where the table's files are. */
  readonly location: string;
  /** The table's configuration, vended credentials for its location included. */
  readonly config: Readonly<Record<string, string>>;
  /** Asks the server for this configuration anew, for credentials that expire. */
  readonly reload: () => Promise<Readonly<Record<string, string>>>;
}

/** One storage for all tables, or one made for each from what the server vends. */
export type RestStorage = Storage | ((access: RestTableAccess) => Storage | Promise<Storage>);

const MAX_STORAGES = 64;

/** Makes storages as the tables need them; one per table and configuration. */
export class RestStorages {
  readonly #storage: RestStorage;
  readonly #made = new Map<string, Promise<Storage>>();

  constructor(storage: RestStorage) {
    this.#storage = storage;
  }

  async of(
    identifier: TableIdentifier,
    loaded: LoadResult,
    reload: () => Promise<Pick<LoadResult, 'config' | 'credentials'>>,
  ): Promise<Storage> {
    if (typeof this.#storage !== 'function') return this.#storage;
    const { location } = loaded.metadata;
    const config = configFor(location, loaded.config, loaded.credentials);
    const key = JSON.stringify([location, config]);
    const found = this.#made.get(key);
    if (found !== undefined) return await found;
    const access: RestTableAccess = {
      identifier,
      location,
      config,
      reload: async () => {
        const fresh = await reload();
        return configFor(location, fresh.config, fresh.credentials);
      },
    };
    const make = this.#storage;
    const made = (async () => make(access))();
    this.#made.set(key, made);
    made.catch(() => this.#made.delete(key));
    const oldest = this.#made.keys().next().value;
    if (this.#made.size > MAX_STORAGES && oldest !== undefined) this.#made.delete(oldest);
    return await made;
  }
}

/** The table's configuration, overlaid with the credential of the longest prefix of its location. */
function configFor(
  location: string,
  config: Readonly<Record<string, string>>,
  credentials: readonly StorageCredential[],
): Readonly<Record<string, string>> {
  const fitting = credentials
    .filter(({ prefix }) => location.startsWith(prefix))
    .sort((left, right) => right.prefix.length - left.prefix.length);
  return { ...config, ...fitting[0]?.config };
}
