import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

let folder: string;
let warehouse: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-maintain-'));
  warehouse = join(folder, 'wh');
  for (let file = 0; file < 6; file++) {
    const input = join(folder, `events-${file}.ndjson`);
    await writeFile(input, `${JSON.stringify({ idempotency_key: `k${file}`, n: file })}\n`);
    await runCommand(['run', '--warehouse', warehouse, '--input', input, '--topic', 'visits']);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Plan {
  topics: { topic: string; tables: { name: string; filesToRewrite: number; snapshots: number }[] }[];
}

describe('lean-ops maintain', () => {
  it('explains itself with an example', async () => {
    const { code, stdout } = await runCommand(['maintain', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('$ lean-ops maintain');
  });

  it('prints with --dry-run what it would do, and does nothing', async () => {
    const args = ['maintain', '--warehouse', warehouse, '--dry-run'];
    const text = await runCommand(args);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/raw\.visits_staging +6 /);
    for (let again = 0; again < 2; again++) {
      const { topics } = JSON.parse((await runCommand([...args, '--json'])).stdout) as Plan;
      expect(topics.map(({ topic }) => topic)).toEqual(['visits']);
      const raw = topics[0]!.tables.find(({ name }) => name === 'raw.visits_staging');
      expect(raw).toMatchObject({ filesToRewrite: 6, snapshots: 6 });
    }
  });

  it('joins the small files, says so, and has nothing more to do afterwards', async () => {
    const args = ['maintain', '--warehouse', warehouse, '--topics', 'visits'];
    const first = await runCommand(args);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/raw\.visits_staging +6 +1 /);
    expect((await runCommand(args)).stdout).toBe('Nothing needed maintenance.\n');
    const { code, stdout } = await runCommand(['reconcile', '--warehouse', warehouse, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ balanced: true, topics: [{ raw: 6, standardized: 6 }] });
  });

  it('expires snapshots of any age where that is asked for, the newest excepted', async () => {
    const round = await runCommand(['maintain', '--warehouse', warehouse, '--snapshot-age', '0', '--json']);
    const { tables } = JSON.parse(round.stdout) as { tables: { name: string; expiredSnapshots: number }[] };
    const raw = tables.find(({ name }) => name === 'raw.visits_staging');
    // All but the newest one that Standardized has read, and those after it.
    expect(raw?.expiredSnapshots).toBeGreaterThan(0);
    expect((await runCommand(['reconcile', '--warehouse', warehouse])).code).toBe(0);
  });

  it('fails where a table cannot be maintained, and says which and why', async () => {
    const broken = join(folder, 'broken');
    const input = join(folder, 'events-0.ndjson');
    await runCommand(['run', '--warehouse', broken, '--input', input, '--topic', 'visits']);
    const { readdir } = await import('node:fs/promises');
    const metadata = join(broken, 'standardized', 'visits', 'metadata');
    for (const name of await readdir(metadata)) {
      if (name.endsWith('.metadata.json')) await writeFile(join(metadata, name), 'spoiled');
    }
    const { code, stderr } = await runCommand(['maintain', '--warehouse', broken]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^visits: .*metadata/);
  });

  it.each([
    [['--topics', 'unheard-of'], /unheard_of.*not registered/],
    [['--orphan-age', '0'], /whole number from 1/],
    [['--snapshot-age', 'old'], /whole number from 0/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await runCommand(['maintain', '--warehouse', warehouse, ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses a folder that is no warehouse', async () => {
    const { code, stderr } = await runCommand(['maintain', '--warehouse', folder]);
    expect(code).toBe(2);
    expect(stderr).toContain('no lean-ops warehouse');
  });
});
