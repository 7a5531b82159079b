import { UsageError } from '../usage-error.js';

/** Where a table is, as the user says it. */
export type Address =
  | { readonly kind: 'table-folder'; readonly folder: string }
  | { readonly kind: 'metadata-file'; readonly file: string }
  | ({ readonly kind: 'folder-catalog'; readonly warehouse: string } & CatalogTable)
  | ({
      readonly kind: 'rest';
      readonly uri: string;
      readonly query: ReadonlyMap<string, string>;
    } & CatalogTable)
  | ({ readonly kind: 'glue'; readonly query: ReadonlyMap<string, string> } & CatalogTable);

/** What of a catalog is meant; without a table, the catalog as a whole. */
interface CatalogTable {
  readonly namespace?: string;
  readonly table?: string;
}

const REST_PARAMETERS = ['warehouse', 'region', 'signing', 'scope', 'oauth2-uri'];
const GLUE_PARAMETERS = ['region', 'catalog-id', 'warehouse'];

/**
 * Takes an address apart: `path/to/table`, `….metadata.json`, `s3://…` of either, `folder:WAREHOUSE#namespace.table`,
 * `rest+https://host/path?warehouse=w#namespace.table`, `glue://database.table?region=r`.
 *
 * @throws {UsageError} naming what is wrong with it.
 */
export function parseAddress(text: string): Address {
  if (text.trim() === '')
    throw new UsageError('the address is empty; give a table folder, a metadata file or a catalog address');
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
    case 'file':
      return fileAddress(scheme === undefined ? text : localPath(text));
    case 's3':
    case 's3a':
    case 's3n':
      return fileAddress(text.replace(/\/+$/, ''));
    case 'folder':
      return folderAddress(text);
    case 'rest+http':
    case 'rest+https':
      return restAddress(text);
    case 'glue':
      return glueAddress(text);
    case 'http':
    case 'https':
      throw new UsageError(`${text}: for a REST catalog write rest+${text.split('#')[0]}#namespace.table`);
    default:
      throw new UsageError(
        `${text}: addresses do not begin with "${scheme}:"; there are paths, s3:, folder:, rest+https:, rest+http: and glue:`,
      );
  }
}

function fileAddress(path: string): Address {
  return /\.metadata\.json(?:\.gz)?$/.test(path)
    ? { kind: 'metadata-file', file: path }
    : { kind: 'table-folder', folder: path };
}

function localPath(text: string): string {
  const path = /^file:(?:\/\/(?:localhost)?)?(\/(?!\/).*)$/i.exec(text)?.[1];
  if (path === undefined) throw new UsageError(`${text}: this is no path of this machine`);
  return path;
}

function folderAddress(text: string): Address {
  const [place, fragment] = cut(text.slice('folder:'.length), '#');
  const warehouse = place.replace(/^\/\/(?=\/)/, '');
  if (warehouse === '')
    throw new UsageError(`${text}: name a warehouse, as in folder:/data/warehouse#namespace.table`);
  return { kind: 'folder-catalog', warehouse, ...tableOf(text, fragment) };
}

function restAddress(text: string): Address {
  const [rest, fragment] = cut(text, '#');
  const [uri, query] = cut(rest.slice('rest+'.length), '?');
  if (!URL.canParse(uri)) throw new UsageError(`${text}: "${uri}" is no URL`);
  return { kind: 'rest', uri, query: parameters(text, query, REST_PARAMETERS), ...tableOf(text, fragment) };
}

function glueAddress(text: string): Address {
  const [rest, fragment] = cut(text.replace(/^glue:(?:\/\/)?/i, ''), '#');
  const [path, query] = cut(rest, '?');
  const table = decoded(text, path === '' ? (fragment ?? '') : path.replace(/^([^/.]+)\//, '$1.'));
  return { kind: 'glue', query: parameters(text, query, GLUE_PARAMETERS), ...tableOf(text, table) };
}

/** `namespace.table`: the table is what follows the last dot. */
function tableOf(address: string, fragment: string | undefined): CatalogTable {
  const name = decoded(address, fragment ?? '');
  if (name === '') return {};
  const at = name.lastIndexOf('.');
  if (at === -1) return { namespace: name };
  const [namespace, table] = [name.slice(0, at), name.slice(at + 1)];
  if (namespace === '' || table === '')
    throw new UsageError(`${address}: "${name}" is no table; write namespace.table`);
  return { namespace, table };
}

function parameters(
  address: string,
  query: string | undefined,
  known: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map(new URLSearchParams(query ?? ''));
  const unknown = [...found.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `${address}: there is no parameter "${unknown}" here; there are ${known.join(', ')}`,
    );
  }
  return found;
}

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(address: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UsageError(`${address}: "${text}" is not percent-encoded as an address is`);
  }
}
