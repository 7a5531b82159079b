import type {
  ErrorTracker,
  StatusChange,
  TrackedError,
  TrackedErrorFilter,
  TrackedPosition,
  TrackedStatus,
} from '../../ports/state-store.js';
import { stableHash } from '../../runtime/stable-hash.js';
import { matchesFilter, trackedErrorNotFound } from '../rules.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { checkItemSize, digits, type Item, type Key, keyItem, readNumber, readText, text } from './item.js';
import { mergeSorted } from './merge-sorted.js';
import { ERRORS_BY_TIME } from './table-definition.js';

/** Index partitions: each takes a thousand new errors a second. */
const SHARDS = 16;
/** Milliseconds until the year 33658. */
const TIME_DIGITS = 15;
/** Errors looked up at once while listing. */
const LOOK_UP = 100;

/**
 * One item per archived message. The index by time says only which there are; a listing looks every one up again, so
 * that it shows no status that has changed. An error recorded in the last moments may not be in the index yet.
 */
export function dynamoDbErrorTracker(table: DynamoDbTable): ErrorTracker {
  const find = async (id: string): Promise<TrackedError | null> => {
    const item = await table.get(keyOf(id));
    return item === null ? null : trackedErrorOf(item);
  };
  return {
    async record(error) {
      const item = itemOf(error);
      checkItemSize(item, `archived message ${error.id}`);
      return await table.putIf(item, { condition: 'attribute_not_exists(pk)' });
    },
    get: find,
    async *list(filter: TrackedErrorFilter = {}) {
      let batch: string[] = [];
      for await (const order of mergeSorted(shardsOf(table, filter))) {
        batch.push(order.slice(TIME_DIGITS + 1));
        if (batch.length < LOOK_UP) continue;
        yield* await lookUp(table, batch, filter);
        batch = [];
      }
      yield* await lookUp(table, batch, filter);
    },
    async changeStatus(id, { from, to, change }) {
      const isChanged = await table.updateIf(keyOf(id), positionItem(to, change), {
        condition: '#status = :from AND replays = :replays',
        names: { '#status': 'status' },
        values: { ':from': text(from.status), ':replays': digits(from.replays) },
      });
      if (!isChanged && (await find(id)) === null) throw trackedErrorNotFound(id);
      return isChanged;
    },
  };
}

async function lookUp(
  table: DynamoDbTable,
  ids: readonly string[],
  filter: TrackedErrorFilter,
): Promise<TrackedError[]> {
  const found = new Map<string, TrackedError>();
  for (const item of await table.getAll(ids.map(keyOf))) {
    const error = trackedErrorOf(item);
    found.set(error.id, error);
  }
  return ids.flatMap((id) => {
    const error = found.get(id);
    return error !== undefined && matchesFilter(error, filter) ? [error] : [];
  });
}

/** Per shard the errors in order, as `time#id`, pages fetched as they are wanted. */
function shardsOf(table: DynamoDbTable, filter: TrackedErrorFilter): AsyncGenerator<string[]>[] {
  const { since = 0, until = Number.MAX_SAFE_INTEGER, topic, kind, errorClass } = filter;
  const wanted = Object.entries({ topic, kind, errorClass }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Array.from({ length: SHARDS }, async function* (_, shard) {
    for await (const page of table.query({
      IndexName: ERRORS_BY_TIME,
      KeyConditionExpression: 'errorShard = :shard AND errorOrder BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':shard': text(shardName(shard)),
        ':first': text(timeOf(Math.floor(since))),
        // `$` is what follows `#`: every id of the last millisecond is before it.
        ':last': text(`${timeOf(Math.ceil(until))}$`),
        ...Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, text(value)])),
      },
      ...(wanted.length === 0
        ? {}
        : {
            FilterExpression: wanted.map(([name]) => `#${name} = :${name}`).join(' AND '),
            ExpressionAttributeNames: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
          }),
    })) {
      yield page.map((item) => readText(item, 'errorOrder'));
    }
  });
}

function itemOf(error: TrackedError): Item {
  const { status, replays, lastChange, ...rest } = error;
  return {
    ...keyItem(keyOf(error.id)),
    errorShard: text(shardName(stableHash(error.id) % SHARDS)),
    errorOrder: text(`${timeOf(error.firstSeenAt)}#${error.id}`),
    topic: text(error.topic),
    kind: text(error.kind),
    errorClass: text(error.errorClass),
    document: text(JSON.stringify(rest)),
    ...positionItem({ status, replays }, lastChange),
  };
}

function trackedErrorOf(item: Item): TrackedError {
  return {
    ...(JSON.parse(readText(item, 'document')) as Omit<TrackedError, 'status' | 'replays' | 'lastChange'>),
    status: readText(item, 'status') as TrackedStatus,
    replays: readNumber(item, 'replays'),
    lastChange: JSON.parse(readText(item, 'lastChange')) as StatusChange | null,
  };
}

function positionItem({ status, replays }: TrackedPosition, change: StatusChange | null): Item {
  return { status: text(status), replays: digits(replays), lastChange: text(JSON.stringify(change)) };
}

function keyOf(id: string): Key {
  return { pk: `error#${id}`, sk: 'error' };
}

function shardName(shard: number): string {
  return `errors#${shard.toString(16)}`;
}

/** Fixed width, so that texts are in the order of the times. */
function timeOf(milliseconds: number): string {
  const most = 10 ** TIME_DIGITS - 1;
  return String(Math.trunc(Math.min(Math.max(milliseconds, 0), most))).padStart(TIME_DIGITS, '0');
}
