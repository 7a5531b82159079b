import { expect, test } from 'vitest';
import { KeyNode } from '../src/flatten/key-trie.js';
import { BatchDiscovery } from '../src/workers/batch-discovery.js';
import { envelope, World } from './support/world.js';

test('a key that comes in a row a thousand times is one thing to remember', () => {
  const discovery = new BatchDiscovery({ maxDepth: 5, maxColumns: 10 });
  const node = KeyNode.root().reach(['a']);
  for (let time = 0; time < 1_000; time++) discovery.drift('DUPLICATE_KEY', node);
  discovery.keepRow(7);
  expect(discovery.drifts).toEqual([{ row: 7, kind: 'DUPLICATE_KEY', node, count: 1_000 }]);
});

test.each([0, 1 << 30])(
  'and counts as often as it came, with %i bytes to keep values',
  async (cacheBytes) => {
    const world = new World();
    const json = `{${Array.from({ length: 50 }, (_, index) => `"${'ab'[index % 2]}":${index}`)}}`;
    await world.receive([envelope({ json }), envelope({ json })]);
    await world.standardize({ cacheBytes });
    const log = await world.state.outbox.peek('drift_log', 100);
    const duplicates = log.filter(({ row }) => row['kind'] === 'DUPLICATE_KEY');
    expect(duplicates.map(({ row }) => [row['path'], Number(row['count'])]).sort()).toEqual([
      ['$.a', 48],
      ['$.b', 48],
    ]);
  },
);
