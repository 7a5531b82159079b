import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableSafeTopic } from '@lean-ops/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../cli/testing.js';
import { contractFiles } from '../contract/contract-files.js';
import { readContracts } from '../contract/read-contracts.js';
import type { Platform } from '../local/index.js';
import { openPlatform } from '../test/support/open-platform.js';
import { TemporaryWarehouse } from '../test/support/temporary-folder.js';

const HERE = import.meta.dirname;
const NOW = Date.UTC(2026, 0, 16);
const { contracts, faults } = readContracts(await contractFiles(HERE));

/** What becomes of the sample of each topic. */
const SAMPLES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'access-events': {
    messages: 6,
    raw: 6,
    copies: 1,
    superseded: 1,
    parseErrors: 1,
    curated: 2,
    openErrors: 1,
  },
  'building-payments': { messages: 5, quarantined: 1, raw: 4, superseded: 1, curated: 2, openErrors: 1 },
  'device-telemetry': { messages: 4, raw: 4, superseded: 1, curated: 2, openErrors: 1 },
  'meter-readings': { messages: 3, raw: 3, curated: 2, openErrors: 1 },
  'turbine-vibration': { messages: 4, raw: 4, copies: 1, curated: 2, openErrors: 1 },
  'usgs-earthquakes': { messages: 3, raw: 3, superseded: 1, curated: 1, openErrors: 1 },
  'vehicle-positions': { messages: 4, quarantined: 1, raw: 3, curated: 2, openErrors: 1 },
};

it('all pass the linter, and every topic has a sample', async () => {
  expect(faults).toEqual([]);
  expect((await runCommand(['contract', 'lint', '--head', HERE])).code).toBe(0);
  const names = (await readdir(join(HERE, 'samples'))).map((name) => name.replace('.ndjson', ''));
  expect(names.sort()).toEqual(Object.keys(SAMPLES));
  expect([...contracts.keys()].sort()).toEqual(names.map(tableSafeTopic).sort());
});

it('together they use every member and every type that a contract may have', async () => {
  const schema = JSON.parse(
    await readFile(join(HERE, '../../packages/core/schema/topic-contract.schema.json'), 'utf8'),
  );
  const all = Array.from(contracts.values(), ({ document }) => document.contract);
  const columns = all.flatMap((contract) => Object.values(contract.columns));
  // A reset belongs to one change, and nothing here has changed.
  const members = Object.keys(schema.properties).filter((name) => name !== '$schema' && name !== 'reset');
  expect(members.filter((name) => !all.some((contract) => name in contract))).toEqual([]);
  const facets = Object.keys(schema.$defs.column.properties).filter((name) => name !== 'description');
  expect(facets.filter((name) => !columns.some((column) => name in column))).toEqual([]);
  const types = new Set(columns.map(({ type }) => type.replace(/\(.*/, '')));
  expect([...types].sort()).toEqual(
    'binary boolean date decimal double float int long string time timestamp timestamptz uuid'.split(' '),
  );
  const masks = new Set(columns.map(({ sensitive }) => sensitive ?? 'none'));
  expect([...masks].sort()).toEqual(['drop', 'hash', 'last4', 'none', 'redact']);
  expect(new Set(all.map(({ envelope }) => envelope))).toEqual(new Set(['auto', 'bare', 'wrapped']));
  expect(new Set(all.map(({ engine = 'node' }) => engine))).toEqual(new Set(['node', 'spark']));
});

it('the example views read columns that the contracts have', async () => {
  const spec = join(HERE, '../semantic/examples');
  const { code, stderr } = await runCommand([
    'semantic',
    '--spec',
    spec,
    '--contracts',
    HERE,
    '--dialect',
    'athena',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('the samples through the embedded platform', () => {
  let warehouse: TemporaryWarehouse;
  let platform: Platform;
  beforeAll(async () => {
    warehouse = new TemporaryWarehouse();
    platform = await openPlatform(warehouse.path, NOW, { maskingKey: Buffer.from('a key of tests') });
    for (const queueTopic of Object.keys(SAMPLES)) {
      const { contract } = contracts.get(tableSafeTopic(queueTopic))!.document;
      await platform.registerTopic({ queueTopic, contract });
      const lines = (await readFile(join(HERE, 'samples', `${queueTopic}.ndjson`), 'utf8'))
        .trimEnd()
        .split('\n');
      await platform.send(
        lines.map((body, line) => ({
          queueTopic,
          body,
          sqsMessageId: `${queueTopic}-${line}`,
          sentTimestampMs: NOW + line,
        })),
      );
    }
    await platform.pump();
    const { topics } = await platform.orchestrate();
    expect(topics.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([]);
  });
  afterAll(async () => {
    await platform.close();
    warehouse.remove();
  });

  it('every message is accounted for, and each is where its contract puts it', async () => {
    const found = await platform.reconcile();
    const none = { copies: 0, superseded: 0, parseErrors: 0, quarantined: 0, deadLettered: 0, inFlight: 0 };
    expect(found).toMatchObject(
      Object.entries(SAMPLES).map(([topic, counts]) => ({
        topic: tableSafeTopic(topic),
        balanced: true,
        ...none,
        ...counts,
      })),
    );
  });

  it('what is hidden is hidden, and what is typed is typed', async () => {
    const table = await platform.catalog.loadTable({ namespace: 'curated', name: 'access_events' });
    const rows: Record<string, unknown>[] = [];
    for await (const row of table.scan().rows()) rows.push(row);
    const row = rows.find(({ event_key }) => event_key === 'r7-1001');
    expect(row).toMatchObject({
      revision: 1,
      door: 'north-1',
      badge_number: '****0123',
      holder: '***',
      holder_mail: expect.stringMatching(/^[0-9a-f]{64}$/),
      tailgated: true,
    });
    expect(row).not.toHaveProperty('holder_pin');
    expect(rows.find(({ event_key }) => event_key === 'r7-1002')).toMatchObject({
      door: 'north-2',
      zone: null,
      revision: 0,
    });
  });
});
