import type { ErrorTracker, TrackedError } from '@lean-ops/core';
import { formatPath, type LayerNames, parsePath } from '@lean-ops/curate';
import type { Catalog, Table, TableIdentifier } from '@lean-ops/iceberg';
import type { Archive } from '@lean-ops/ingest';
import { sha256 } from '../event/event-source.js';
import { columnText } from './column-text.js';
import type { Wanted, WantedOfTopic } from './wanted.js';

/** Table property that maps payload columns to JSON paths; see docs/layer_definitions.md. */
const COLUMN_PATHS = 'lean-ops.column-paths';

/** A row that was asked for: how often it is there, and the values asked for. */
export interface FoundRow {
  rows: number;
  readonly values: Map<string, string | null>;
}

interface FoundError {
  readonly messageId: string;
  readonly columns: ReadonlySet<string>;
}

/** What one topic's tables hold of what was asked for. */
export interface EvidenceOfTopic {
  /** SQS message id → rows of RAW. */
  readonly raw: Map<string, number>;
  /** Message id and SHA-256 of the payload → rows of the parse errors. */
  readonly parseErrors: Map<string, number>;
  readonly standardized: Map<string, FoundRow>;
  readonly curated: Map<string, FoundRow>;
  readonly errors: Map<string, FoundError[]>;
  /** {@link driftKey} of each entry of the drift log. */
  readonly drift: ReadonlySet<string>;
}

export interface QuarantineEvidence {
  readonly topic: string;
  readonly bodySha256: string;
}

export interface EvidenceSources {
  readonly catalog: Catalog;
  readonly tracker: Pick<ErrorTracker, 'list'>;
  readonly archive: Pick<Archive, 'get'>;
  readonly names: LayerNames;
  /**
   * What the ground truth calls a message, where the queue gave it an id of its own; several ids may be one message.
   * Default: the id itself.
   */
  readonly originalId?: (sqsMessageId: string) => string;
}

const itself = (id: string): string => id;

/** Reads one topic's tables; a table that is not there holds nothing. */
export async function evidenceOf(
  topic: string,
  wanted: WantedOfTopic,
  sources: EvidenceSources,
): Promise<EvidenceOfTopic> {
  const { catalog, names, originalId = itself } = sources;
  const { raw, standardized, curated, ops } = names;
  return {
    raw: await countBy(catalog, { namespace: raw, name: `${topic}_staging` }, ['sqs_message_id'], (row) => {
      const id = originalId(row['sqs_message_id'] as string);
      return wanted.sqsMessageIds.has(id) ? id : null;
    }),
    parseErrors: await countBy(
      catalog,
      { namespace: standardized, name: `${topic}_parse_errors` },
      ['message_id', 'json_payload'],
      (row) => {
        const id = originalId(row['message_id'] as string);
        return wanted.parseErrors.has(id) ? parseErrorKey(id, sha256(row['json_payload'] as string)) : null;
      },
    ),
    standardized: await standardizedRows(
      catalog,
      { namespace: standardized, name: topic },
      wanted.standardized,
      originalId,
    ),
    curated: await rowsByKey(
      await load(catalog, { namespace: curated, name: topic }),
      wanted.curated,
      (name) => name,
      originalId,
    ),
    errors: await errorsByKey(
      catalog,
      { namespace: curated, name: `${topic}_errors` },
      wanted.errors,
      originalId,
    ),
    drift: await driftKeys(catalog, { namespace: ops, name: 'drift_log' }, topic),
  };
}

export function parseErrorKey(messageId: string, payloadSha256: string): string {
  return `${messageId} ${payloadSha256}`;
}

/** What a drift entry is about. */
export function driftKey(kind: string, path: string | null): string {
  return path === null ? kind : `${kind} ${path}`;
}

/** What quarantine holds of the messages asked for: each must be in the tracker and whole in the archive. */
export async function quarantineEvidence(
  wanted: Wanted,
  { tracker, archive, originalId = itself }: EvidenceSources,
): Promise<ReadonlyMap<string, readonly QuarantineEvidence[]>> {
  const found = new Map<string, QuarantineEvidence[]>();
  for await (const error of tracker.list({ kind: 'quarantine' })) {
    const id = originalId(error.sqsMessageId);
    if (!wanted.quarantined.has(id)) continue;
    const body = await archivedBody(error, archive);
    if (body === null) continue;
    const evidence = { topic: error.topic, bodySha256: sha256(body) };
    const others = found.get(id);
    if (others === undefined) found.set(id, [evidence]);
    else others.push(evidence);
  }
  return found;
}

/** Null where the archive does not give the message: then it is not captured, whatever the tracker says. */
async function archivedBody(
  { archiveKey }: TrackedError,
  archive: Pick<Archive, 'get'>,
): Promise<string | null> {
  try {
    return (await archive.get(archiveKey)).body;
  } catch {
    return null;
  }
}

async function load(catalog: Catalog, identifier: TableIdentifier): Promise<Table | null> {
  return (await catalog.tableExists(identifier)) ? await catalog.loadTable(identifier) : null;
}

async function countBy(
  catalog: Catalog,
  identifier: TableIdentifier,
  columns: readonly string[],
  keyOf: (row: Record<string, unknown>) => string | null,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const table = await load(catalog, identifier);
  if (table === null) return counts;
  for await (const row of table.scan({ columns }).rows()) {
    const key = keyOf(row);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

async function standardizedRows(
  catalog: Catalog,
  identifier: TableIdentifier,
  wanted: WantedOfTopic['standardized'],
  originalId: (id: string) => string,
): Promise<Map<string, FoundRow>> {
  const table = await load(catalog, identifier);
  const paths = JSON.parse(table?.properties[COLUMN_PATHS] ?? '{}') as Record<string, string>;
  const columns = new Map(Object.entries(paths).map(([column, path]) => [path, column]));
  const columnOf = (name: string): string | null =>
    name.startsWith('$') ? (columns.get(formatPath(parsePath(name))) ?? null) : name;
  return await rowsByKey(table, wanted, columnOf, originalId);
}

/** The rows of the merge keys asked for. A value whose column is not there is null. */
async function rowsByKey(
  table: Table | null,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  columnOf: (name: string) => string | null,
  originalId: (id: string) => string,
): Promise<Map<string, FoundRow>> {
  const found = new Map<string, FoundRow>();
  if (table === null || wanted.size === 0) return found;
  const names = new Set([...wanted.values()].flatMap((values) => [...values]));
  const present = new Set(table.schema().fields.map(({ name }) => name));
  const columns = new Map<string, string>();
  for (const name of names) {
    const column = columnOf(name);
    if (column !== null && present.has(column)) columns.set(name, column);
  }
  for await (const batch of table.scan({ columns: [...new Set(['_merge_key', ...columns.values()])] })) {
    const text = (column: string): ((row: number) => string | null) => columnText(batch.getChild(column)!);
    const keys = text('_merge_key');
    const readers = new Map([...columns].map(([name, column]) => [name, text(column)]));
    for (let row = 0; row < batch.numRows; row += 1) {
      const key = keys(row) ?? '';
      const asked = wanted.get(key);
      if (asked === undefined) continue;
      const earlier = found.get(key);
      if (earlier !== undefined) {
        earlier.rows += 1;
        continue;
      }
      const values = [...asked].map((name): [string, string | null] => {
        const value = readers.get(name)?.(row) ?? null;
        return [name, name === 'message_id' && value !== null ? originalId(value) : value];
      });
      found.set(key, { rows: 1, values: new Map(values) });
    }
  }
  return found;
}

async function errorsByKey(
  catalog: Catalog,
  identifier: TableIdentifier,
  wanted: ReadonlySet<string>,
  originalId: (id: string) => string,
): Promise<Map<string, FoundError[]>> {
  const found = new Map<string, FoundError[]>();
  const table = await load(catalog, identifier);
  if (table === null) return found;
  for await (const row of table.scan({ columns: ['_merge_key', 'message_id', 'failures'] }).rows()) {
    const key = row['_merge_key'] as string;
    if (!wanted.has(key)) continue;
    const failures = row['failures'] as readonly { column: string }[];
    const error = {
      messageId: originalId(row['message_id'] as string),
      columns: new Set(failures.map(({ column }) => column)),
    };
    const others = found.get(key);
    if (others === undefined) found.set(key, [error]);
    else others.push(error);
  }
  return found;
}

async function driftKeys(catalog: Catalog, identifier: TableIdentifier, topic: string): Promise<Set<string>> {
  const keys = new Set<string>();
  const table = await load(catalog, identifier);
  if (table === null) return keys;
  for await (const row of table.scan({ columns: ['topic', 'kind', 'path'] }).rows()) {
    if (row['topic'] === topic) keys.add(driftKey(row['kind'] as string, row['path'] as string | null));
  }
  return keys;
}
