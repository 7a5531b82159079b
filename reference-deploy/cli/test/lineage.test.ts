import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../lineage/open-lineage.js';
import { runCommand } from '../testing.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-lineage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('lean-ops run --lineage writes what the jobs read and wrote, layer by layer', async () => {
  const input = join(folder, 'events.ndjson');
  await writeFile(input, '{"id":"a","value":1}\n{"id":"b","value":2}\n{"id":"b","value":2}\n');
  const contract = join(folder, 'orders.json');
  await writeFile(
    contract,
    JSON.stringify({
      topic: 'orders',
      version: '1.0.0',
      owner: 'tests',
      key: '$.id',
      columns: { value: { type: 'int' } },
    }),
  );
  const lineage = join(folder, 'lineage.ndjson');
  const warehouse = join(folder, 'wh');
  const { code, stderr } = await runCommand([
    'run',
    ...['--warehouse', warehouse, '--input', input, '--topic', 'orders'],
    ...['--contract', contract, '--lineage', lineage],
  ]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const events = (await readFile(lineage, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  const ended = events.filter(({ eventType }) => eventType === 'COMPLETE');
  expect(ended.slice(0, 2)).toMatchObject([
    {
      job: { namespace: 'lean-ops-local', name: 'orders.standardized' },
      inputs: [
        {
          name: expect.stringMatching(/raw\/orders_staging$/),
          inputFacets: { inputStatistics: { rowCount: 3 } },
        },
      ],
      outputs: [{ outputFacets: { outputStatistics: { rowCount: 2 } } }],
    },
    {
      job: { name: 'orders.curated' },
      inputs: [{ name: expect.stringMatching(/standardized\/orders$/) }],
      outputs: [
        {
          name: expect.stringMatching(/curated\/orders$/),
          outputFacets: { outputStatistics: { rowCount: 2 } },
        },
      ],
    },
  ]);
});
