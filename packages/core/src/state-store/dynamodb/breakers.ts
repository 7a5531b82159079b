import type { BreakerRow, BreakerState, BreakerStore, OutcomeCounts } from '../../ports/breaker-store.js';
import type { Clock } from '../../ports/runtime.js';
import { stableHash } from '../../runtime/stable-hash.js';
import { compareCounts, forgottenBefore, MINUTE_MS } from '../breaker-rules.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { digits, type Item, type Key, keyItem, readBigInt, readNumber, readText, text } from './item.js';
import { TTL_ATTRIBUTE } from './table-definition.js';

const BREAKERS = 'breakers';
/** Partitions of a minute's counts: each takes a thousand batches a second. */
const SHARDS = 16;
const COUNTS_TTL_SECONDS = 3_600;
/** Minutes that a recorder's clock may be ahead of the reader's. */
const SKEW_MINUTES = 1;

export function dynamoDbBreakerStore(table: DynamoDbTable, clock: Clock): BreakerStore {
  const find = async (scope: string): Promise<BreakerRow | null> => {
    const item = await table.get(keyOf(scope));
    return item === null ? null : breakerOf(item);
  };
  return {
    get: find,
    async list() {
      return (await table.partition(BREAKERS)).map(breakerOf);
    },
    async save(row) {
      const saved = { ...row, revision: row.revision + 1 };
      const isSaved = await table.putIf(itemOf(saved), {
        condition:
          row.revision === 0 ? 'attribute_not_exists(pk)' : 'revision = :revision AND #token <= :token',
        ...(row.revision === 0
          ? {}
          : {
              names: { '#token': 'token' },
              values: { ':revision': digits(row.revision), ':token': digits(row.token) },
            }),
      });
      return isSaved ? saved : null;
    },
    async count({ topic, minute, messages, failures, accepted, sinkFailures }, options = {}) {
      await table.update(
        {
          Key: keyItem({ pk: minuteShard(minute, stableHash(topic) % SHARDS), sk: topic }),
          UpdateExpression:
            'ADD messages :messages, failures :failures, accepted :accepted, sinkFailures :sinkFailures SET #ttl = :ttl',
          ExpressionAttributeNames: { '#ttl': TTL_ATTRIBUTE },
          ExpressionAttributeValues: {
            ':messages': digits(messages),
            ':failures': digits(failures),
            ':accepted': digits(accepted),
            ':sinkFailures': digits(sinkFailures),
            ':ttl': digits(Math.floor(minute / 1000) + COUNTS_TTL_SECONDS),
          },
        },
        options.signal,
      );
    },
    async counts(since) {
      const now = clock.now();
      const first = Math.ceil(Math.max(since, forgottenBefore(now)) / MINUTE_MS) * MINUTE_MS;
      const last = now + SKEW_MINUTES * MINUTE_MS;
      const found: OutcomeCounts[] = [];
      for (let minute = first; minute <= last; minute += MINUTE_MS) {
        const shards = Array.from({ length: SHARDS }, (_, shard) =>
          table.partition(minuteShard(minute, shard)),
        );
        for (const items of await Promise.all(shards)) {
          for (const item of items) found.push(countsOf(minute, item));
        }
      }
      return found.sort(compareCounts);
    },
  };
}

function itemOf(row: BreakerRow): Item {
  const { scope, token, revision, ...rest } = row;
  return {
    ...keyItem(keyOf(scope)),
    token: digits(token),
    revision: digits(revision),
    document: text(JSON.stringify(rest)),
  };
}

function breakerOf(item: Item): BreakerRow {
  const rest = JSON.parse(readText(item, 'document')) as Omit<BreakerRow, 'scope' | 'token' | 'revision'> & {
    readonly state: BreakerState;
  };
  return {
    scope: readText(item, 'sk'),
    ...rest,
    token: readBigInt(item, 'token'),
    revision: readNumber(item, 'revision'),
  };
}

function countsOf(minute: number, item: Item): OutcomeCounts {
  return {
    topic: readText(item, 'sk'),
    minute,
    messages: readNumber(item, 'messages'),
    failures: readNumber(item, 'failures'),
    accepted: readNumber(item, 'accepted'),
    sinkFailures: readNumber(item, 'sinkFailures'),
  };
}

function keyOf(scope: string): Key {
  return { pk: BREAKERS, sk: scope };
}

function minuteShard(minute: number, shard: number): string {
  return `counts#${new Date(minute).toISOString().slice(0, 16)}#${shard.toString(16)}`;
}
