import { stateTableDefinition } from '@lean-ops/core/dynamodb';
import { expect, test } from 'vitest';
import { loadSettings } from '../settings/settings.js';

test('the state table that Terraform makes is the one that the state store works with', async () => {
  const { state } = (await loadSettings()).tables;
  const definition = stateTableDefinition('state');
  const keys = ({ hashKey, rangeKey }: Pick<NonNullable<typeof state>, 'hashKey' | 'rangeKey'>) => [
    { AttributeName: hashKey.name, KeyType: 'HASH' },
    ...(rangeKey === null ? [] : [{ AttributeName: rangeKey.name, KeyType: 'RANGE' }]),
  ];
  expect(keys(state!)).toEqual(definition.KeySchema);
  expect(
    state!.indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keys(index),
      Projection: { ProjectionType: index.projection, NonKeyAttributes: index.include },
    })),
  ).toEqual(definition.GlobalSecondaryIndexes);
  expect(state!.timeToLive).toBe('ttl');
});
