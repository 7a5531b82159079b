import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

const CONTRACT = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  key: '$.id',
  quality: { cdeSpikeThreshold: 1 },
  columns: {
    id: { type: 'string' },
    amount: { type: 'int' },
    site: { type: 'string', path: '$.meter.siteName', aliases: ['$.site'] },
  },
};

let folder: string;
let warehouse: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-drift-'));
  warehouse = join(folder, 'wh');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A run over 120 events of a topic. */
async function run(
  name: string,
  event: (id: number) => object,
  contract: object | null = CONTRACT,
): Promise<void> {
  const input = join(folder, `${name}.ndjson`);
  const lines = Array.from({ length: 120 }, (_, id) => JSON.stringify({ id: `${name}-${id}`, ...event(id) }));
  await writeFile(input, lines.join('\n'));
  const path = join(folder, 'contract.json');
  await writeFile(path, JSON.stringify(contract));
  const args = contract === null ? [] : ['--contract', path];
  const { code, stderr } = await runCommand([
    'run',
    '--warehouse',
    warehouse,
    '--input',
    input,
    '--topic',
    'orders',
    ...args,
  ]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

const listed = async (...args: string[]) => {
  const { code, stdout } = await runCommand(['drift', '--warehouse', warehouse, '--format', 'json', ...args]);
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>[];
};

describe('lean-ops drift', () => {
  it('has nothing to list where every field is mapped', async () => {
    await run('a', (amount) => ({ amount, meter: { siteName: 'north' } }));
    const { code, stdout } = await runCommand(['drift', '--warehouse', warehouse, '--format', 'table']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Every field is mapped, and none has changed.\n' });
  });

  it('lists unmapped, vanished, renamed and changed fields, when first seen, how often, and a line for each', async () => {
    await run('a', (amount) => ({ amount, meter: { siteName: 'north' }, eMail: 'me@example.org' }));
    await run('b', (amount) => ({
      amount: `${amount}.5`,
      meter: { site_name: 'south' },
      eMail: 'me@example.org',
      at: '2026-01-01T00:00:00Z',
    }));
    const found = await listed('--topic', 'orders');
    const seen = {
      firstSeen: expect.stringMatching(/^20\d\d-/),
      lastSeen: expect.stringMatching(/^20\d\d-/),
    };
    expect(found).toEqual(
      expect.arrayContaining([
        {
          topic: 'orders',
          what: 'unmapped',
          field: '$.eMail',
          column: 'email',
          ...seen,
          count: 240,
          sample: null,
          proposal: 'email: { type: string, path: $.eMail }',
        },
        {
          topic: 'orders',
          what: 'unmapped',
          field: '$.at',
          column: 'at',
          ...seen,
          count: 120,
          sample: '2026-01-01T00:00:00Z',
          proposal: 'at: { type: timestamptz }',
        },
        {
          topic: 'orders',
          what: 'unmapped',
          field: '$.meter.site_name',
          column: 'meter_site_name',
          ...seen,
          count: 120,
          sample: 'south',
          proposal: 'meter_site_name: { type: string, path: $.meter.site_name }',
        },
        {
          topic: 'orders',
          what: 'vanished',
          field: '$.meter.siteName',
          column: 'meter_sitename',
          ...seen,
          count: 120,
          sample: 'north',
          proposal: null,
        },
        {
          topic: 'orders',
          what: 'renamed',
          field: '$.meter.site_name',
          column: 'site',
          ...seen,
          count: 120,
          sample: '$.meter.siteName',
          proposal: 'site: { type: string, path: $.meter.siteName, aliases: [ $.site, $.meter.site_name ] }',
        },
        {
          topic: 'orders',
          what: 'type changed',
          field: '$.amount',
          column: 'amount',
          ...seen,
          count: 120,
          sample: 'number',
          proposal: 'amount: { type: double } # breaking: needs a reset',
        },
      ]),
    );
    expect(found).toHaveLength(6);
    const { stdout } = await runCommand(['drift', '--warehouse', warehouse, '--format', 'table']);
    expect(stdout).toContain('Lines for the contract of orders:\n\ncolumns:\n  ');
    expect(stdout).not.toContain('example.org');
  });

  it('shows the last value of what vanished, but not of what is masked or looks personal', async () => {
    const columns = { ...CONTRACT.columns, site: { type: 'string', sensitive: 'redact' } };
    const contract = { ...CONTRACT, columns };
    await run('a', (id) => ({ amount: 1, site: 'north', phone: '+49 30 1234', lot: `lot ${id}` }), contract);
    await run('b', () => ({ amount: 1 }), contract);
    const found = (await listed()).filter(({ what }) => what === 'vanished');
    expect(Object.fromEntries(found.map(({ field, sample }) => [field, sample]))).toEqual({
      '$.site': null,
      '$.phone': null,
      '$.lot': expect.stringMatching(/^lot \d+$/),
    });
  });

  it('does not list what has come back', async () => {
    await run('a', () => ({ amount: 1, site: 'north' }));
    await run('b', () => ({ amount: 1 }));
    expect(await listed()).toMatchObject([{ what: 'vanished', field: '$.site' }]);
    await run('c', () => ({ amount: 1, site: 'north' }));
    expect(await listed()).toEqual([]);
  });

  it('proposes every field of a topic without a contract', async () => {
    await run('a', () => ({ amount: 1 }), null);
    expect((await listed()).map(({ proposal }) => proposal)).toEqual([
      'id: { type: string }',
      'amount: { type: long }',
    ]);
  });

  it('refuses a topic that nobody registered, and a folder that is no warehouse', async () => {
    await run('a', () => ({ amount: 1 }));
    expect(await runCommand(['drift', '--warehouse', warehouse, '--topic', 'nothing'])).toMatchObject({
      code: 2,
    });
    expect(await runCommand(['drift', '--warehouse', folder])).toMatchObject({ code: 2 });
  });
});
