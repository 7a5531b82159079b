import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { readContract } from './read-contract.js';

describe('reading the contract of a topic', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-contract-'));
    path = join(folder, 'contract.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (column: object): Promise<void> =>
    writeFile(
      path,
      JSON.stringify({ topic: 'user_logins', version: '1.0.0', owner: 'tests', columns: { c: column } }),
    );

  it('takes the topic as its queue spells it', async () => {
    await write({ type: 'string', pattern: '[a-z]+', sensitive: 'hash' });
    expect((await readContract(path, 'user-logins')).topic).toBe('user_logins');
  });

  it.each([
    [{ type: 'string', pattern: '(' }, 'not a regular expression'],
    [{ type: 'date', min: 'yesterday' }, 'no bound for date'],
    [{ type: 'uuid', default: 'none' }, "fails the column's own rules"],
  ])('refuses %j before anything is sent, and names the file', async (column, reason) => {
    await write(column);
    const reading = readContract(path, 'user-logins');
    await expect(reading).rejects.toThrow(UsageError);
    await expect(reading).rejects.toThrow(path);
    await expect(reading).rejects.toThrow(reason);
  });

  it('refuses the contract of another topic', async () => {
    await write({ type: 'string' });
    await expect(readContract(path, 'orders')).rejects.toThrow('user_logins');
  });
});
