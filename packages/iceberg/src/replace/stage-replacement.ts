import type { CreateTableOptions } from '../catalog/catalog.js';
import type { CatalogRuntimeOptions } from '../catalog/catalog-runtime.js';
import { FolderCatalog } from '../catalog/folder/folder-catalog.js';
import { loadIfExists } from '../catalog/load-if-exists.js';
import { tableFolder } from '../catalog/table-name.js';
import { IcebergError } from '../error.js';
import type { TableUpdate } from '../metadata/update.js';
import { parsePartitionBy } from '../partition/parse-partition-by.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { assignFieldIds } from '../schema/assign-ids.js';
import { identifierIdsOf } from '../schema/identifier-fields.js';
import type { Schema } from '../schema/schema.js';
import { parseSortBy } from '../sort-order/parse-sort-by.js';
import type { Table } from '../table/table.js';

/** The tables that are being made to take the place of one, in a folder of its own. */
export interface ReplacementPlace extends CatalogRuntimeOptions {
  /** The table to be replaced. */
  readonly table: Table;
  /** A folder's name; the replacement is in `<table's folder>/<folder>/<namespace>/<name>`. */
  readonly folder: string;
}

/** The catalog that a replacement is in while it is made. Other catalogs do not see it, and clean-up leaves it alone. */
export function replacementCatalog({ table, folder, ...runtime }: ReplacementPlace): FolderCatalog {
  return new FolderCatalog({
    ...runtime,
    warehouse: `${table.folder}/${folder}`,
    storage: table.storage,
  });
}

/**
 * Makes the table that is to take the place of another (`Table.replaceWith`), or opens it where it is there already. Its
 * field ids begin above all that the other ever had, it has the other's uuid and format version and the properties given;
 * its files will be in the other's folder. Any writer may fill it.
 *
 * Throws what {@link FolderCatalog.createTable} throws, and `COMMIT_CONFLICT` where the other has been given columns
 * since the replacement was begun.
 *
 * @example
 * const place = { table, folder: 'rebuild-2' };
 * const staged = await stageReplacement(place, { schema, partitionBy: ['day(ts)'] });
 * await staged.append(rows);
 * await table.replaceWith(await staged.refresh(), { keepAs: { tag: 'before-rebuild-2', forMs: 7 * 86_400_000 } });
 */
export async function stageReplacement(place: ReplacementPlace, options: CreateTableOptions): Promise<Table> {
  const { table, folder } = place;
  const catalog = replacementCatalog(place);
  const { identifier } = table;
  const begun = await openReplacement(place);
  if (begun !== null) return begun;
  const formatVersion = table.metadata.formatVersion === 3 ? 3 : 2;
  const created = await catalog.createTable(identifier, { ...options, formatVersion });
  const location = `${table.location}/${folder}/${tableFolder(identifier)}`;
  await catalog.commitTable({
    identifier,
    requirements: [{ type: 'assert-table-uuid', uuid: created.uuid }],
    updates: [
      { action: 'set-location', location },
      ...freshDefinitions(table, created, { ...options, formatVersion }),
      { action: 'assign-uuid', uuid: table.uuid },
    ],
  });
  return await catalog.loadTable(identifier);
}

/** The replacement that was begun; null where there is none. One that was cut off while it was made is dropped. */
export async function openReplacement(place: ReplacementPlace): Promise<Table | null> {
  const catalog = replacementCatalog(place);
  const staged = await loadIfExists(catalog, place.table.identifier);
  if (staged === null || staged.uuid === place.table.uuid) return staged;
  await catalog.dropTable(place.table.identifier, { purge: true });
  return null;
}

/**
 * Forgets a replacement that was made or given up, and deletes what is in its folder but for the files that snapshots of the
 * table have: also what writers left that were killed. With `purge` everything goes. Nobody may write to it any more.
 * Gives whether anything was there.
 *
 * Throws `FILE_NOT_FOUND` where a file that the table has is not in the folder: then nothing was deleted.
 */
export async function forgetReplacement(
  { table, folder }: ReplacementPlace,
  { purge }: { purge: boolean },
): Promise<boolean> {
  const marker = `/${folder}/`;
  const needed = purge ? new Set<string>() : await liveFiles(table, marker);
  const found: string[] = [];
  for await (const { path } of table.storage.list(`${table.folder}/${folder}`)) {
    // What is found is struck out: metadata may spell the way to the folder otherwise than the storage does.
    if (!needed.delete(belowFolder(path, marker))) found.push(path);
  }
  const [lost] = needed;
  if (lost !== undefined) {
    throw new IcebergError(
      `The table at ${table.location} has the file ${lost} below ${folder}, which is not in its folder ${table.folder}. Nothing was deleted.`,
      { code: 'FILE_NOT_FOUND', context: { table: table.identifier, file: lost } },
    );
  }
  // Last what names the folder a table's, so that what is cut off here is found again.
  found.sort((left, right) => Number(isVersion(left)) - Number(isVersion(right)));
  await table.storage.delete(found);
  return found.length > 0;
}

/** Files in the folder that a snapshot has, from the one that replaced the table on, by their path below it. */
async function liveFiles(table: Table, marker: string): Promise<Set<string>> {
  const head = table.currentSnapshot();
  const found = new Set<string>();
  if (head === null) return found;
  const first = table.ancestors(head.snapshotId).at(-1);
  // A replacement has no parent: what is older knows nothing of its files.
  const from = first?.parentSnapshotId === null ? first.sequenceNumber : 0n;
  for (const { snapshotId, sequenceNumber } of table.snapshots()) {
    if (sequenceNumber < from) continue;
    for (const { dataFile, deleteFiles } of await table.scan({ snapshotId }).planFiles())
      for (const { file } of [dataFile, ...deleteFiles])
        if (file.filePath.includes(marker)) found.add(belowFolder(file.filePath, marker));
  }
  return found;
}

function belowFolder(path: string, marker: string): string {
  return path.slice(path.lastIndexOf(marker) + marker.length);
}

function isVersion(path: string): boolean {
  return path.endsWith('.metadata.json') || path.endsWith('version-hint.text');
}

/** The same columns, partitioning and order, with ids that the table to be replaced never gave. */
function freshDefinitions(table: Table, created: Table, options: CreateTableOptions): TableUpdate[] {
  const { partitionBy = [], sortBy = [], identifierFields = [], formatVersion = 2 } = options;
  const { lastColumnId, lastPartitionId } = table.metadata;
  const { fields, lastId } = assignFieldIds(options.schema.fields, lastColumnId + 1, { formatVersion });
  const identifierFieldIds = identifierIdsOf({ fields }, identifierFields);
  const schema: Schema = {
    schemaId: 1,
    fields,
    ...(identifierFieldIds.length === 0 ? {} : { identifierFieldIds }),
  };
  const parsed = parsePartitionBy(schema, partitionBy);
  const spec: PartitionSpec = {
    specId: 1,
    fields: parsed.fields.map((field, index) => ({
      ...field,
      fieldId: Math.max(lastPartitionId, 999) + 1 + index,
    })),
  };
  const order = parseSortBy(schema, sortBy);
  const isPartitioned = spec.fields.length > 0;
  return [
    { action: 'add-schema', schema, lastColumnId: lastId },
    { action: 'set-current-schema', schemaId: -1 },
    ...(isPartitioned
      ? ([
          { action: 'add-spec', spec },
          { action: 'set-default-spec', specId: -1 },
        ] as const)
      : []),
    ...(order.fields.length > 0
      ? ([
          { action: 'add-sort-order', sortOrder: { ...order, orderId: 2 } },
          { action: 'set-default-sort-order', sortOrderId: -1 },
        ] as const)
      : []),
    ...(isPartitioned
      ? ([{ action: 'remove-partition-specs', specIds: [created.metadata.defaultSpecId] }] as const)
      : []),
    { action: 'remove-schemas', schemaIds: [created.metadata.currentSchemaId] },
  ];
}
