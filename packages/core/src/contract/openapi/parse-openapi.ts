import { CONTRACT_DEFAULTS } from '../defaults.js';
import { type ContractDocument, type DocumentPath, readDocument } from '../document.js';
import type { ContractFinding } from '../parse-contract.js';
import { columnsOf, type FoundColumn } from './columns.js';
import { Documents } from './documents.js';
import { Faults } from './faults.js';
import { type ContractMetadata, hideColumns, readMetadata, tableMembers } from './metadata.js';
import { below, type Place, type SourceDocument, valueAt } from './place.js';
import { SchemaResolver } from './schema-resolver.js';

/** What an OpenAPI document needs besides its text. */
export interface OpenApiSources {
  /** Its metadata document; null where there is none. */
  readonly metadata: { readonly path: string; readonly text: string } | null;
  /** Text of a document by its path from the folder of the OpenAPI document (`/` between parts, never `..`); null where there is none. */
  readonly load: (path: string) => string | null;
}

/** A contract that is built and not yet checked as a contract. */
interface OpenApiContract {
  readonly contract: unknown;
  placeOf(path: DocumentPath): Place;
}

/** Whether a document is an OpenAPI one, of whatever version. */
export function isOpenApi(value: unknown): boolean {
  return (
    value !== null &&
    typeof value === 'object' &&
    (Object.hasOwn(value, 'openapi') || Object.hasOwn(value, 'swagger'))
  );
}

/**
 * Builds the contract that an OpenAPI document and its metadata document say: the first schema under
 * `components.schemas` is the payload. Source: docs/schema_management.md, "Contracts as OpenAPI".
 *
 * @returns the contract, or what is wrong with the documents.
 * @throws {CoreError} `CONTRACT_UNREADABLE` where the metadata document is neither JSON nor YAML.
 */
export function buildOpenApiContract(
  file: string,
  document: ContractDocument,
  { metadata, load }: OpenApiSources,
): OpenApiContract | readonly ContractFinding[] {
  const faults = new Faults();
  const documents = new Documents({ file, document }, load, faults);
  const top: Place = { source: documents.root, path: [] };
  if (metadata === null) {
    faults.add(
      top,
      'is an OpenAPI document without a metadata document: write metadata.json beside it, with its source_topics',
    );
    return faults.all();
  }
  const about: SourceDocument = {
    file: metadata.path,
    path: 'metadata',
    document: readDocument(metadata.text, metadata.path),
  };
  const said = readMetadata(about, faults);
  const version = openApiVersion(top, faults);
  const root = firstSchema(top, faults);
  if (said === null || version === null || root === null) return faults.all();
  const { members, places } = tableMembers(said, about, faults);
  addInfo(members, places, { about, top, faults });
  const maxDepth = said.flatten?.max_depth ?? CONTRACT_DEFAULTS.maxDepth;
  const resolver = new SchemaResolver(documents, faults, version);
  const columns = columnsOf(
    { kind: 'schema', at: root, trail: null, via: root },
    { resolver, faults, maxDepth },
  );
  hideColumns(columns, said, { source: about, faults });
  if (!faults.isEmpty) return faults.all();
  const contract = {
    ...members,
    columns: Object.fromEntries(columns.map(({ name, column }) => [name, column])),
  };
  return { contract, placeOf: placesOf(places, columns, { top, root }) };
}

function openApiVersion(top: Place, faults: Faults): string | null {
  const at = below(top, 'openapi');
  const version = valueAt(at);
  if (typeof version === 'string' && /^3\.[01]\.\d+/.test(version)) return version;
  const reason = 'is not a version that is read here: OpenAPI 3.0 and 3.1 are, in quotes, such as "3.1.0"';
  faults.add(version === undefined ? below(top, 'swagger') : at, reason);
  return null;
}

function firstSchema(top: Place, faults: Faults): Place | null {
  const schemas = below(top, 'components', 'schemas');
  const [name] = top.source.document.keysOf(schemas.path);
  if (name !== undefined) return below(schemas, name);
  faults.add(schemas, 'has no schema under components.schemas: the first one there is what events look like');
  return null;
}

interface InfoContext {
  readonly about: SourceDocument;
  readonly top: Place;
  readonly faults: Faults;
}

/** Version and owner, which an OpenAPI document may say itself. */
function addInfo(
  members: Record<string, unknown>,
  places: Map<string, Place>,
  { about, top, faults }: InfoContext,
): void {
  const find = (member: string, candidates: readonly Place[], advice: string): void => {
    const at = candidates.find((place) => valueAt(place) !== undefined);
    if (at === undefined) {
      faults.add({ source: about, path: [] }, `${JSON.stringify(member)} is missing: ${advice}`);
      return;
    }
    members[member] = valueAt(at);
    places.set(member, at);
  };
  const here = (member: keyof ContractMetadata): Place => ({ source: about, path: [member] });
  find(
    'version',
    [here('version'), below(top, 'info', 'version')],
    'say it here, or as info.version of the OpenAPI document',
  );
  find(
    'owner',
    [here('owner'), below(top, 'info', 'contact', 'name'), below(top, 'info', 'contact', 'email')],
    'say it here, or as info.contact of the OpenAPI document',
  );
}

function placesOf(
  members: ReadonlyMap<string, Place>,
  columns: readonly FoundColumn[],
  { top, root }: { readonly top: Place; readonly root: Place },
): (path: DocumentPath) => Place {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return ([member, name, part]) => {
    if (member === undefined) return top;
    if (member !== 'columns') return members.get(String(member)) ?? top;
    const column = byName.get(String(name));
    if (column === undefined) return root;
    return (part === undefined ? undefined : column.places.get(String(part))) ?? column.at;
  };
}
