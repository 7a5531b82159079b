import type {
  Checkpoint,
  CheckpointStore,
  Layer,
  RoundStore,
  TopicRegistry,
  TopicRow,
} from '../../ports/state-store.js';
import { checkCollision, checkTopicRow, completeRow, isSameRow } from '../rules.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { digits, type Item, type Key, keyItem, readBigInt, readNumber, readText, text } from './item.js';

const TOPICS = 'topics';
const CHECKPOINTS = 'checkpoints';
const ROUNDS = 'rounds';

/** Registry rows in one partition, so that a listing is one consistent query: hundreds of rows of some hundred bytes. */
export function dynamoDbTopicRegistry(table: DynamoDbTable): TopicRegistry {
  const keyOf = (topic: string): Key => ({ pk: TOPICS, sk: topic });
  const itemOf = (row: TopicRow): Item => ({
    ...keyItem(keyOf(row.topic)),
    queueTopic: text(row.queueTopic),
    document: text(JSON.stringify(row)),
  });
  return {
    async put(row) {
      checkTopicRow(row);
      const item = itemOf(row);
      for (let attempt = 1; ; attempt += 1) {
        const isPut = await table.putIf(item, {
          condition: 'attribute_not_exists(pk) OR queueTopic = :queueTopic',
          values: { ':queueTopic': text(row.queueTopic) },
        });
        if (isPut) return;
        const registered = await table.get(keyOf(row.topic));
        checkCollision(row, registered === null ? undefined : readText(registered, 'queueTopic'));
        await table.pause(attempt);
      }
    },
    async replace(before, after) {
      checkTopicRow(after);
      const stored = await table.get(keyOf(after.topic));
      if (!isSameRow(stored === null ? null : topicRowOf(stored), before)) return false;
      checkCollision(after, stored === null ? undefined : readText(stored, 'queueTopic'));
      return await table.putIf(
        itemOf(after),
        stored === null
          ? { condition: 'attribute_not_exists(pk)' }
          : {
              condition: '#document = :seen',
              names: { '#document': 'document' },
              values: { ':seen': text(readText(stored, 'document')) },
            },
      );
    },
    async get(topic) {
      const item = topic === '' ? null : await table.get(keyOf(topic));
      return item === null ? null : topicRowOf(item);
    },
    async list() {
      return (await table.partition(TOPICS)).map(topicRowOf);
    },
    async remove(topic) {
      if (topic !== '') await table.deleteAll([keyOf(topic)]);
    },
  };
}

function topicRowOf(item: Item): TopicRow {
  return completeRow(JSON.parse(readText(item, 'document')) as TopicRow);
}

export function dynamoDbCheckpointStore(table: DynamoDbTable): CheckpointStore {
  const keyOf = (topic: string, layer: Layer): Key => ({ pk: CHECKPOINTS, sk: `${topic}/${layer}` });
  return {
    async put({ topic, layer, sourceTable, snapshotId, sequenceNumber, committedAt }) {
      await table.put({
        ...keyItem(keyOf(topic, layer)),
        topic: text(topic),
        layer: text(layer),
        sourceTable: text(sourceTable),
        snapshotId: digits(snapshotId),
        sequenceNumber: digits(sequenceNumber),
        committedAt: digits(committedAt),
      });
    },
    async get(topic, layer) {
      const item = await table.get(keyOf(topic, layer));
      return item === null ? null : checkpointOf(item);
    },
    async list() {
      return (await table.partition(CHECKPOINTS)).map(checkpointOf);
    },
  };
}

function checkpointOf(item: Item): Checkpoint {
  return {
    topic: readText(item, 'topic'),
    layer: readText(item, 'layer') as Layer,
    sourceTable: readText(item, 'sourceTable'),
    snapshotId: readBigInt(item, 'snapshotId'),
    sequenceNumber: readBigInt(item, 'sequenceNumber'),
    committedAt: readNumber(item, 'committedAt'),
  };
}

export function dynamoDbRoundStore(table: DynamoDbTable): RoundStore {
  const keyOf = (topic: string): Key => ({ pk: ROUNDS, sk: topic });
  return {
    async put(topic, startedAt) {
      // An update, as of the lease that is given up at the same time: who does both needs one permission.
      await table.update({
        Key: keyItem(keyOf(topic)),
        UpdateExpression: 'SET startedAt = :startedAt',
        ExpressionAttributeValues: { ':startedAt': digits(startedAt) },
      });
    },
    async get(topic) {
      const item = topic === '' ? null : await table.get(keyOf(topic));
      return item === null ? null : readNumber(item, 'startedAt');
    },
    async list() {
      const items = await table.partition(ROUNDS);
      return new Map(items.map((item) => [readText(item, 'sk'), readNumber(item, 'startedAt')]));
    },
  };
}
