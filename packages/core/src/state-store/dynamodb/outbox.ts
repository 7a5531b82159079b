import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/runtime.js';
import type { OpsEntry, OpsOutbox, OpsTable } from '../../ports/state-store.js';
import type { DynamoDbTable, TransactItem } from './dynamodb-table.js';
import {
  checkItemSize,
  digits,
  type Item,
  itemBytes,
  type Key,
  keyItem,
  readNumber,
  readText,
  text,
} from './item.js';
import { TTL_ATTRIBUTE } from './table-definition.js';

type NewEntry = Omit<OpsEntry, 'sequence'>;

const ENTRY = 'entry#';
const SEQUENCE_DIGITS = 16;
/** A transaction takes 100 items and 4 MB: two items per entry, one head per table. */
const MAX_ENTRIES = 45;
const MAX_BYTES = 3 * 1024 * 1024;
/** Longest id that a key holds as it is. */
const MAX_PLAIN_ID = 500;

/**
 * The outbox: per table a head item with the last sequence given and the last one removed, the entries under their
 * sequences, and for every fact an item that remembers it.
 *
 * Sequences are given in the transaction that writes the entries, one after the other, so an entry never turns up
 * behind one that was seen before it. Removing moves the head on first, in one step; the items go after that.
 */
export function dynamoDbOutbox(table: DynamoDbTable, clock: Clock, factTtlMs: number): OpsOutbox {
  return {
    async put(entries) {
      for (const chunk of chunksOf(uniqueEntries(entries))) {
        for (let attempt = 1; ; attempt += 1) {
          const unknown = await unknownEntries(table, chunk);
          if (unknown.length === 0) break;
          const ttl = Math.ceil((clock.now() + factTtlMs) / 1000);
          if (await table.transact(await writesOf(table, unknown, ttl))) break;
          await table.pause(attempt);
        }
      }
    },
    async peek(name, limit) {
      const { removed } = await readHead(table, name);
      const entries: OpsEntry[] = [];
      for await (const page of waitingPages(table, name, removed, limit)) {
        for (const entry of page) {
          const last = entries.at(-1)?.sequence ?? removed;
          entries.push(...(await missedBetween(table, name, last, entry.sequence)), entry);
        }
        if (entries.length >= limit) break;
      }
      return entries.slice(0, limit);
    },
    async removeThrough(name, sequence) {
      for (let attempt = 1; ; attempt += 1) {
        const { last, removed } = await readHead(table, name);
        // Never past what has been given: those that come later were seen by nobody.
        const target = Math.min(sequence, last);
        if (target <= removed) break;
        const isMoved = await table.updateIf(
          headKey(name),
          { removed: digits(target) },
          { condition: 'removed = :removed', values: { ':removed': digits(removed) } },
        );
        if (isMoved) break;
        await table.pause(attempt);
      }
      await sweep(table, name);
    },
  };
}

interface Head {
  /** The last sequence given; 0 before the first. */
  readonly last: number;
  /** Every entry up to it is removed. */
  readonly removed: number;
}

async function readHead(table: DynamoDbTable, name: OpsTable): Promise<Head> {
  const item = await table.get(headKey(name));
  return item === null
    ? { last: 0, removed: 0 }
    : { last: readNumber(item, 'last'), removed: readNumber(item, 'removed') };
}

async function unknownEntries(table: DynamoDbTable, entries: readonly NewEntry[]): Promise<NewEntry[]> {
  const facts = await table.getAll(entries.map(factKey));
  const known = new Set(facts.map((item) => readText(item, 'pk')));
  return entries.filter((entry) => !known.has(factKey(entry).pk));
}

/** What one transaction writes: the heads moved on from where they were read, every fact and every entry. */
async function writesOf(
  table: DynamoDbTable,
  entries: readonly NewEntry[],
  ttl: number,
): Promise<TransactItem[]> {
  const writes: TransactItem[] = [];
  for (const [name, ofTable] of Map.groupBy(entries, (entry) => entry.table)) {
    const { last, removed } = await readHead(table, name);
    const head = { ...keyItem(headKey(name)), removed: digits(removed), last: digits(last + ofTable.length) };
    // The whole item is compared: a removal meanwhile must not be undone.
    const unchanged = {
      ConditionExpression: '#last = :last AND removed = :removed',
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':last': digits(last), ':removed': digits(removed) },
    };
    const absent = { ConditionExpression: 'attribute_not_exists(pk)' };
    writes.push({ Put: { TableName: table.name, Item: head, ...(last === 0 ? absent : unchanged) } });
    for (const [index, entry] of ofTable.entries()) {
      const sequence = last + 1 + index;
      const fact = { ...keyItem(factKey(entry)), sequence: digits(sequence), [TTL_ATTRIBUTE]: digits(ttl) };
      const item = { ...keyItem(entryKey(name, sequence)), ...contentOf(entry) };
      writes.push({ Put: { TableName: table.name, Item: fact, ...absent } });
      writes.push({ Put: { TableName: table.name, Item: item, ...absent } });
    }
  }
  return writes;
}

/** The entries behind `removed`, by sequence, as a query sees them. */
async function* waitingPages(
  table: DynamoDbTable,
  name: OpsTable,
  removed: number,
  limit: number,
): AsyncGenerator<OpsEntry[]> {
  const pages = table.query({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': text(headKey(name).pk),
      ':first': text(entryKey(name, removed + 1).sk),
      ':last': text(entryKey(name, Number.MAX_SAFE_INTEGER).sk),
    },
    Limit: limit,
  });
  for await (const page of pages) yield page.map((item) => entryOf(name, item));
}

/**
 * A query is not isolated from transactions: it may pass a place before a transaction wrote it and reach the next one
 * after. Removing through what it saw would then remove what it did not, so gaps are looked up one by one. A sequence
 * that is not there even so was deleted by hand, for every one below a committed one has been committed.
 */
async function missedBetween(
  table: DynamoDbTable,
  name: OpsTable,
  last: number,
  next: number,
): Promise<OpsEntry[]> {
  const keys: Key[] = [];
  for (let sequence = last + 1; sequence < next; sequence += 1) keys.push(entryKey(name, sequence));
  if (keys.length === 0) return [];
  const missed = (await table.getAll(keys)).map((item) => entryOf(name, item));
  return missed.sort((left, right) => left.sequence - right.sequence);
}

/** Deletes the items of removed entries, also those that an earlier removal was cut off before. */
async function sweep(table: DynamoDbTable, name: OpsTable): Promise<void> {
  const { removed } = await readHead(table, name);
  for await (const page of table.query({
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    ExpressionAttributeValues: {
      ':pk': text(headKey(name).pk),
      ':first': text(entryKey(name, 0).sk),
      ':last': text(entryKey(name, removed).sk),
    },
    ProjectionExpression: 'pk, sk',
  })) {
    await table.deleteAll(page.map((item) => ({ pk: readText(item, 'pk'), sk: readText(item, 'sk') })));
  }
}

function contentOf({ id, row }: NewEntry): Item {
  // As JSON, which keeps what no text of DynamoDB's may hold: half of a surrogate pair.
  return { id: text(JSON.stringify(id)), row: text(JSON.stringify(row)) };
}

function entryOf(table: OpsTable, item: Item): OpsEntry {
  return {
    sequence: Number(readText(item, 'sk').slice(ENTRY.length)),
    id: JSON.parse(readText(item, 'id')) as string,
    table,
    row: JSON.parse(readText(item, 'row')) as OpsEntry['row'],
  };
}

function uniqueEntries(entries: readonly NewEntry[]): NewEntry[] {
  const unique = new Map<string, NewEntry>();
  for (const entry of entries) {
    const { pk } = factKey(entry);
    if (!unique.has(pk)) unique.set(pk, entry);
  }
  return [...unique.values()];
}

/** @throws {CoreError} `STATE_ITEM_TOO_LARGE` before anything is written. */
function chunksOf(entries: readonly NewEntry[]): NewEntry[][] {
  const chunks: NewEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const item = { ...keyItem(entryKey(entry.table, 0)), ...contentOf(entry) };
    checkItemSize(item, `entry ${entry.id} of ops.${entry.table}`);
    const chunk = chunks.at(-1);
    bytes += itemBytes(item);
    if (chunk !== undefined && chunk.length < MAX_ENTRIES && bytes <= MAX_BYTES) {
      chunk.push(entry);
      continue;
    }
    chunks.push([entry]);
    bytes = itemBytes(item);
  }
  return chunks;
}

function headKey(table: OpsTable): Key {
  return { pk: `outbox#${table}`, sk: 'head' };
}

function entryKey(table: OpsTable, sequence: number): Key {
  return { pk: `outbox#${table}`, sk: `${ENTRY}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}` };
}

/** Ids hold whatever a path of the data holds; a key takes 2,048 bytes of sound UTF-8. */
function factKey({ table, id }: NewEntry): Key {
  const isPlain = id.length <= MAX_PLAIN_ID && id.isWellFormed();
  const name = isPlain ? id : `sha256:${createHash('sha256').update(JSON.stringify(id)).digest('hex')}`;
  return { pk: `fact#${table}#${name}`, sk: 'fact' };
}
