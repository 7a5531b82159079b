import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Catalog, TableIdentifier } from '../../catalog/catalog.js';
import { FolderCatalog } from '../../catalog/folder/folder-catalog.js';
import { findMetadataFile } from '../../metadata/find-metadata-file.js';
import { openTable } from '../../table/open-table.js';
import type { Table } from '../../table/table.js';
import type { CommandContext } from '../command-context.js';
import { untilAborted } from '../run-action.js';
import type { Session } from '../session.js';
import { UsageError } from '../usage-error.js';
import { type AddressOptions, withVariables } from './address-options.js';
import { AddressStorage, NO_WAREHOUSE } from './address-storage.js';
import { glueClient, type S3Settings } from './aws-clients.js';
import { type Address, parseAddress } from './parse-address.js';
import { restCatalog } from './rest-address.js';

/** A catalog and, where the address names one, a table of it. */
export interface OpenedCatalog {
  readonly catalog: Catalog;
  readonly namespace?: string;
  readonly identifier?: TableIdentifier;
}

/**
 * Opens the table at an address to be read.
 *
 * @throws {UsageError} when the address is wrong or names no table.
 */
export async function openToRead(session: Session, text: string, given: AddressOptions): Promise<Table> {
  const options = withVariables(given, session.context.env);
  const address = await resolved(text);
  const opening =
    address.kind === 'metadata-file' || address.kind === 'table-folder'
      ? openFiles(address, options, session.context)
      : loadFromCatalog(text, address, options, session.context);
  session.table = await untilAborted(opening, session.signal);
  return session.table;
}

/**
 * Opens the table at an address to be changed: through its catalog, or in the Hadoop layout.
 *
 * @throws {UsageError} when nothing could publish a change there.
 */
export async function openToWrite(session: Session, text: string, given: AddressOptions): Promise<Table> {
  const options = withVariables(given, session.context.env);
  const address = await resolved(text);
  if (address.kind === 'metadata-file') {
    throw new UsageError(
      `${text}: a metadata file alone cannot be changed, for nothing says which one counts next; give the table's folder or its address in a catalog`,
    );
  }
  refuseMoved(options, text, 'a table is changed where it is');
  const loading =
    address.kind === 'table-folder'
      ? loadFromFolder(text, address.folder, options, session.context)
      : loadFromCatalog(text, address, options, session.context);
  session.table = await untilAborted(loading, session.signal);
  return session.table;
}

/**
 * Opens the catalog in which the table of an address is to be made.
 *
 * @throws {UsageError} where the address names no table, or its folder holds one of another catalog.
 */
export async function openToCreate(
  session: Session,
  text: string,
  given: AddressOptions,
): Promise<{ catalog: Catalog; identifier: TableIdentifier }> {
  const { catalog, identifier } = await openCatalog(session, text, given);
  if (identifier === undefined) throw new UsageError(`${text}: name the table, as in #namespace.table`);
  if (!(catalog instanceof FolderCatalog)) return { catalog, identifier };
  const address = parseAddress(text);
  const storage = new AddressStorage(
    session.context,
    s3Settings(address, withVariables(given, session.context.env)),
  );
  const folder = [catalog.warehouse, ...identifier.namespace.split('.'), identifier.name]
    .filter((part) => part !== '')
    .join('/');
  const found = await findMetadataFile(storage, folder).catch(() => null);
  // The catalog itself refuses one in its own layout.
  if (found !== null && !isHadoopVersion(found)) {
    throw new UsageError(
      `${text}: there is a table in this folder already, ${found}, which belongs to a catalog`,
    );
  }
  return { catalog, identifier };
}

/**
 * Opens the catalog of an address. A table folder is a catalog of that one table.
 *
 * @throws {UsageError} for a metadata file.
 */
export async function openCatalog(
  session: Session,
  text: string,
  given: AddressOptions,
): Promise<OpenedCatalog> {
  const address = parseAddress(text);
  if (address.kind === 'metadata-file') {
    throw new UsageError(`${text}: this is a metadata file; give a catalog, such as folder:/data/warehouse`);
  }
  return await catalogOf(text, address, withVariables(given, session.context.env), session.context);
}

async function catalogOf(
  text: string,
  address: Exclude<Address, { kind: 'metadata-file' }>,
  options: AddressOptions,
  context: CommandContext,
): Promise<OpenedCatalog> {
  const settings = s3Settings(address, options);
  switch (address.kind) {
    case 'table-folder':
      return folderAsCatalog(text, address.folder, new AddressStorage(context, settings), context);
    case 'folder-catalog': {
      const storage = new AddressStorage(context, settings);
      return {
        catalog: new FolderCatalog({ warehouse: address.warehouse, storage, ...clock(context) }),
        ...named(address),
      };
    }
    case 'rest':
      return { catalog: await restCatalog(address, options, context, settings), ...named(address) };
    case 'glue': {
      const client = await glueClient(
        context,
        settings.region === undefined ? {} : { region: settings.region },
      );
      const { GlueCatalog } = await import('../../catalog/glue/glue-catalog.js');
      const catalogId = address.query.get('catalog-id');
      const catalog = new GlueCatalog({
        client,
        storage: new AddressStorage(context, settings),
        warehouse: address.query.get('warehouse') ?? options.warehouse ?? NO_WAREHOUSE,
        ...(catalogId !== undefined && { catalogId }),
        ...clock(context),
      });
      return { catalog, ...named(address) };
    }
  }
}

/** A path is a metadata file by its name, or because it is a file. */
async function resolved(text: string): Promise<Address> {
  const address = parseAddress(text);
  if (address.kind === 'metadata-file' && !isRemote(address.file)) {
    const found = await stat(resolve(address.file)).catch(() => null);
    if (found === null) throw new UsageError(`${text}: there is no such file`);
  }
  if (address.kind !== 'table-folder' || isRemote(address.folder)) return address;
  const path = resolve(address.folder);
  const found = await stat(path).catch(() => null);
  if (found === null) throw new UsageError(`${text}: there is no such folder`);
  if (found.isFile()) return { kind: 'metadata-file', file: path };
  if (!(await isFolder(join(path, 'metadata')))) {
    throw new UsageError(
      `${text}: this is no table folder, for it holds no metadata folder; name the table's own`,
    );
  }
  return { kind: 'table-folder', folder: path };
}

async function openFiles(
  address: Extract<Address, { kind: 'metadata-file' | 'table-folder' }>,
  options: AddressOptions,
  context: CommandContext,
): Promise<Table> {
  const place =
    address.kind === 'table-folder' ? { folder: address.folder } : { metadataLocation: address.file };
  return await openTable({
    ...place,
    storage: new AddressStorage(context, s3Settings(address, options)),
    ...(options.locationPrefix !== undefined && { locationPrefixes: options.locationPrefix }),
    ...(options.allowLocation !== undefined && { allowedLocations: options.allowLocation }),
  });
}

async function loadFromCatalog(
  text: string,
  address: Exclude<Address, { kind: 'metadata-file' | 'table-folder' }>,
  options: AddressOptions,
  context: CommandContext,
): Promise<Table> {
  refuseMoved(options, text, 'a catalog knows where its tables are');
  const { catalog, identifier } = await catalogOf(text, address, options, context);
  if (identifier === undefined) {
    throw new UsageError(`${text}: the address names no table; the command "tables" lists those there are`);
  }
  return await catalog.loadTable(identifier);
}

/** A table folder in the Hadoop layout, in which a version is published by creating its file. */
async function loadFromFolder(
  text: string,
  folder: string,
  options: AddressOptions,
  context: CommandContext,
): Promise<Table> {
  const storage = new AddressStorage(context, s3Settings({ kind: 'table-folder', folder }, options));
  const newest = await findMetadataFile(storage, folder);
  if (!isHadoopVersion(newest)) {
    const name = newest.slice(newest.lastIndexOf('/') + 1);
    throw new UsageError(
      `${text}: the table belongs to a catalog, for its newest metadata is ${name}; give its address there, such as rest+https://host#namespace.table or glue://database.table`,
    );
  }
  const { catalog, identifier } = folderAsCatalog(text, folder, storage, context);
  return await catalog.loadTable(identifier!);
}

function folderAsCatalog(
  text: string,
  folder: string,
  storage: AddressStorage,
  context: CommandContext,
): OpenedCatalog {
  const path = isRemote(folder) ? folder : resolve(folder);
  const match = /^(.*)\/([^/]+)$/.exec(path);
  if (match === null || /^[a-z0-9+.-]+:\/?$/i.test(match[1]!)) {
    throw new UsageError(
      `${text}: a table that is changed lies in a folder of its own, not at the root of a store`,
    );
  }
  const warehouse = match[1] === '' ? '/' : match[1]!;
  return {
    catalog: new FolderCatalog({ warehouse, storage, ...clock(context) }),
    identifier: { namespace: '', name: match[2]! },
  };
}

function named({ namespace, table }: { namespace?: string; table?: string }): Omit<OpenedCatalog, 'catalog'> {
  if (namespace === undefined) return {};
  return table === undefined ? { namespace } : { namespace, identifier: { namespace, name: table } };
}

function s3Settings(address: Address, options: AddressOptions): S3Settings {
  const query = 'query' in address ? address.query : new Map<string, string>();
  const region = options.region ?? query.get('region');
  return {
    ...(region !== undefined && { region }),
    ...(options.s3Endpoint !== undefined && { endpoint: options.s3Endpoint }),
    ...(options.s3PathStyle === true && { forcePathStyle: true }),
  };
}

function refuseMoved(options: AddressOptions, text: string, why: string): void {
  if (options.locationPrefix === undefined && options.allowLocation === undefined) return;
  throw new UsageError(
    `${text}: --location-prefix and --allow-location are for reading a table folder or a metadata file; ${why}`,
  );
}

function isRemote(path: string): boolean {
  return /^s3[an]?:/i.test(path);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isHadoopVersion(file: string): boolean {
  return /\/v\d+(?:\.gz)?\.metadata\.json$/.test(file);
}

function clock({ now }: CommandContext): { now?: () => number } {
  return now === undefined ? {} : { now };
}
