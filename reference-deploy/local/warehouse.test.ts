import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@lean-ops/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openWarehouse } from './warehouse.js';

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'lean-ops-warehouse-')), 'warehouse');
});

afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const marker = (): string => join(folder, '.lean-ops', 'warehouse.json');

it('makes a warehouse of a folder that does not exist, and opens it again', async () => {
  const paths = await openWarehouse(folder, systemRandom);
  expect(JSON.parse(readFileSync(marker(), 'utf8'))).toEqual({ formatVersion: 1 });
  expect(await openWarehouse(folder, systemRandom)).toEqual(paths);
});

it('leaves one complete description when many processes create it at once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => openWarehouse(folder, systemRandom)));
  expect(readdirSync(join(folder, '.lean-ops')).sort()).toEqual(['archive', 'warehouse.json']);
});

it('refuses a folder that holds something else, and leaves it as it was', async () => {
  mkdirSync(folder);
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  await expect(openWarehouse(folder, systemRandom)).rejects.toMatchObject({
    code: 'WAREHOUSE_UNREADABLE',
    message: expect.stringContaining('thesis.txt'),
  });
  expect(readdirSync(folder)).toEqual(['thesis.txt']);
});

it('takes a folder that holds only what is hidden or a volume brings along', async () => {
  mkdirSync(join(folder, 'lost+found'), { recursive: true });
  mkdirSync(join(folder, '.lean-ops'));
  await openWarehouse(folder, systemRandom);
  expect(readdirSync(folder).sort()).toEqual(['.lean-ops', 'lost+found']);
});

it('refuses a file', async () => {
  writeFileSync(folder, '');
  await expect(openWarehouse(folder, systemRandom)).rejects.toMatchObject({ code: 'WAREHOUSE_UNREADABLE' });
});

it('refuses a warehouse of a newer format version and changes nothing', async () => {
  await openWarehouse(folder, systemRandom);
  writeFileSync(marker(), '{"formatVersion":2}');
  await expect(openWarehouse(folder, systemRandom)).rejects.toMatchObject({
    code: 'WAREHOUSE_VERSION',
    message: expect.stringContaining('format version 2'),
  });
  expect(readFileSync(marker(), 'utf8')).toBe('{"formatVersion":2}');
});

it.each(['', 'not json', '{}', '{"formatVersion":"1"}', 'null'])(
  'refuses a description that reads %j',
  async (text) => {
    await openWarehouse(folder, systemRandom);
    writeFileSync(marker(), text);
    await expect(openWarehouse(folder, systemRandom)).rejects.toMatchObject({ code: 'WAREHOUSE_UNREADABLE' });
  },
);
