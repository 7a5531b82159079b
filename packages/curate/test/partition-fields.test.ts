import { CoreError, type TopicContract } from '@lean-ops/core';
import { parseContract } from '@lean-ops/core/contract';
import { changeTopicTable } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { expect, test } from 'vitest';

const TYPES = [
  'string',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'decimal(10,2)',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'binary',
];
const FIELDS = ['c', 'year(c)', 'month(c)', 'day(c)', 'hour(c)', 'bucket(4, c)', 'truncate(4, c)'];
const OTHERS = [
  'topic_name',
  'day(publish_time)',
  'truncate(4, publish_time)',
  'hour(ingestion_ts)',
  'bucket(4, message_id)',
  'json_payload',
  '_merge_key',
  'bucket(4, _payload_hash)',
  'day(_updated_ts)',
  '_schema_version',
  '_source_snapshot_id',
  '_seen',
  '_first_seen_ts',
  'other',
  'constructor',
];

const contract = (partitionBy: readonly string[], columns: object): object => ({
  topic: 'events',
  version: '1.0.0',
  owner: 'tests',
  partitionBy,
  columns: { id: { type: 'string' }, ...columns },
});

function isAccepted(document: object): boolean {
  try {
    parseContract(JSON.stringify(document), { path: 'c.json' });
    return true;
  } catch (error) {
    if (error instanceof CoreError) return false;
    throw error;
  }
}

async function isMade(document: object): Promise<boolean> {
  const catalog = new MemoryCatalog();
  const options = { catalog, topic: 'events', contract: document as TopicContract, fencingToken: 1n };
  try {
    for (const layer of ['standardized', 'curated'] as const) await changeTopicTable(layer, options);
    return true;
  } catch {
    return false;
  }
}

test('what a contract may be partitioned by is what tables can be made with', async () => {
  const documents = [
    ...TYPES.flatMap((type) => FIELDS.map((field) => contract([field], { c: { type } }))),
    ...FIELDS.map((field) => contract([field], { c: { type: 'date', sensitive: 'hash' } })),
    ...FIELDS.map((field) => contract([field], { c: { type: 'string', path: 'correlation_id' } })),
    ...FIELDS.map((field) => contract([field], { c: { type: 'string', sensitive: 'drop' } })),
    ...OTHERS.map((field) => contract([field], {})),
    ...FIELDS.flatMap((one) => FIELDS.map((other) => contract([one, other], { c: { type: 'timestamptz' } }))),
    ...['c_bucket', 'c_year', 'c_trunc', 'id_bucket'].map((name) =>
      contract(['bucket(4, c)', 'truncate(2, id)'], { c: { type: 'int' }, [name]: { type: 'int' } }),
    ),
  ];

  const disagreed: string[] = [];
  let accepted = 0;
  for (const document of documents) {
    const [isFine, made] = [isAccepted(document), await isMade(document)];
    if (isFine) accepted += 1;
    if (isFine !== made) disagreed.push(`${JSON.stringify(document)} is ${isFine ? '' : 'not '}accepted`);
  }
  expect(disagreed).toEqual([]);
  expect(accepted).toBeGreaterThan(50);
});
