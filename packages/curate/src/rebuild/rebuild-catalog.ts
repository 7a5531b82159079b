import type { Clock } from '@lean-ops/core';
import {
  type Catalog,
  type CreateTableOptions,
  type FolderCatalog,
  IcebergError,
  type LoadedMetadata,
  loadIfExists,
  openReplacement,
  type ReplacementPlace,
  replacementCatalog,
  stageReplacement,
  type Table,
  type TableIdentifier,
} from '@lean-ops/iceberg';
import { tableName } from '../tables/names.js';
import { openTable } from '../tables/open-table.js';
import { KEYS } from '../tables/properties.js';

export interface RebuildCatalogOptions {
  readonly live: Catalog;
  /** The tables that are made anew; all others are the live ones. */
  readonly rebuilt: readonly TableIdentifier[];
  /** Below the folder of each table. */
  readonly folder: string;
  readonly generation: number;
  readonly clock: Clock;
  /** Told before a live table is made that was not there. */
  readonly onCreate: (identifier: TableIdentifier) => Promise<void>;
}

/** Properties of ours; a replacement begins without those of the table it is to replace. */
const OURS = 'lean-ops.';

/**
 * The catalog as it will be when the rebuild is published: where the jobs ask for a table that is made anew, they get
 * its replacement, which no other catalog shows. So they are the same jobs, and end in what a first run would have.
 */
export class RebuildCatalog implements Catalog {
  readonly #options: RebuildCatalogOptions;
  readonly #rebuilt: ReadonlySet<string>;
  readonly #staged = new Map<string, FolderCatalog>();

  constructor(options: RebuildCatalogOptions) {
    this.#options = options;
    this.#rebuilt = new Set(options.rebuilt.map(tableName));
  }

  /** The replacement of a table; null where it was not begun, or the table is not there. */
  async staged(identifier: TableIdentifier): Promise<Table | null> {
    const known = this.#staged.get(tableName(identifier));
    if (known !== undefined) return await known.loadTable(identifier);
    const live = await loadIfExists(this.#options.live, identifier);
    if (live === null) return null;
    const place = this.place(live);
    return (await openReplacement(place)) === null ? null : await this.#open(place);
  }

  place(live: Table): ReplacementPlace {
    const { folder, clock } = this.#options;
    return { table: live, folder, now: () => clock.now() };
  }

  async loadTable(identifier: TableIdentifier): Promise<Table> {
    if (!this.#rebuilt.has(tableName(identifier))) return await this.#options.live.loadTable(identifier);
    const staged = await this.staged(identifier);
    if (staged !== null) return staged;
    throw new IcebergError(`Table ${tableName(identifier)} has not been begun to be rebuilt.`, {
      code: 'TABLE_NOT_FOUND',
      context: { table: tableName(identifier) },
    });
  }

  async createTable(identifier: TableIdentifier, options: CreateTableOptions): Promise<Table> {
    if (!this.#rebuilt.has(tableName(identifier))) throw notHere('createTable', identifier);
    const { live, generation, onCreate } = this.#options;
    const there = await loadIfExists(live, identifier);
    if (there === null) await onCreate(identifier);
    const table = there ?? (await openTable(live, identifier, () => options));
    const place = this.place(table);
    const theirs = Object.entries(table.properties).filter(([key]) => !key.startsWith(OURS));
    await stageReplacement(place, {
      ...options,
      properties: {
        ...(there === null ? {} : Object.fromEntries(theirs)),
        ...options.properties,
        [KEYS.generation]: String(generation),
      },
    });
    return await this.#open(place);
  }

  async tableExists(identifier: TableIdentifier): Promise<boolean> {
    return (await loadIfExists(this, identifier)) !== null;
  }

  async listTables(namespace?: string): Promise<TableIdentifier[]> {
    return await this.#options.live.listTables(namespace);
  }

  /** Replacements are committed to by their own catalog. */
  async commitTable({ identifier }: { identifier: TableIdentifier }): Promise<LoadedMetadata> {
    throw notHere('commitTable', identifier);
  }

  async dropTable(identifier: TableIdentifier): Promise<void> {
    throw notHere('dropTable', identifier);
  }

  async #open(place: ReplacementPlace): Promise<Table> {
    const { identifier } = place.table;
    const catalog = replacementCatalog(place);
    this.#staged.set(tableName(identifier), catalog);
    return await catalog.loadTable(identifier);
  }
}

function notHere(call: string, identifier: TableIdentifier): RangeError {
  return new RangeError(`a rebuild does not ${call} of ${tableName(identifier)}`);
}
