import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnCommand } from './spawn-command.js';

interface Feature {
  readonly id: string;
  readonly properties: { readonly mag: number; readonly time: number; readonly place: string };
}

const CONTRACT = fileURLToPath(new URL('../../contracts/usgs-earthquakes.json', import.meta.url));

/** The feed is not among the package's exports: find the package and walk to it. */
async function readFeed(): Promise<readonly Feature[]> {
  const entry = createRequire(import.meta.url).resolve('vega-datasets');
  const root = entry.slice(0, entry.lastIndexOf('vega-datasets') + 'vega-datasets'.length);
  const text = await readFile(join(root, 'data', 'earthquakes.json'), 'utf8');
  return (JSON.parse(text) as { features: Feature[] }).features;
}

/** Magnitudes in thousandths: whole numbers add up exactly. */
function thousandths(text: string): number {
  return Math.round(Number(text) * 1000);
}

describe('the USGS earthquake feed through lean-ops run', () => {
  let folder: string;
  let features: readonly Feature[];
  let rows: Record<string, unknown>[];
  let result: { topics: Record<string, unknown>[] };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-earthquakes-'));
    features = await readFeed();
    const input = join(folder, 'earthquakes.ndjson');
    await writeFile(input, features.map((feature) => `${JSON.stringify(feature)}\n`).join(''));
    const warehouse = join(folder, 'warehouse');
    const run = await spawnCommand([
      ...['run', '--warehouse', warehouse, '--input', input, '--topic', 'usgs-earthquakes'],
      ...['--contract', CONTRACT, '--json'],
    ]);
    if (run.code !== 0) throw new Error(`lean-ops run ended with ${run.code}: ${run.stderr}${run.stdout}`);
    result = JSON.parse(run.stdout) as typeof result;
    const scan = await spawnCommand(['table', 'scan', join(warehouse, 'curated', 'usgs_earthquakes')]);
    rows = scan.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('gives one curated row per feature and accounts for all', () => {
    expect(features).toHaveLength(1707);
    expect(rows).toHaveLength(1707);
    expect(new Set(rows.map((row) => row['event_id']))).toEqual(new Set(features.map(({ id }) => id)));
    expect(result.topics[0]).toMatchObject({
      balanced: true,
      raw: 1707,
      curated: 1707,
      openErrors: 0,
      quarantined: 0,
    });
  });

  it('keeps the sum of magnitudes', () => {
    const inFile = features.reduce((sum, { properties }) => sum + thousandths(String(properties.mag)), 0);
    const inTable = rows.reduce((sum, row) => sum + thousandths(row['magnitude'] as string), 0);
    expect(inTable).toBe(inFile);
    expect(inTable / 1000).toBe(2616.39);
  });

  it('has the newest event of the file as its newest', () => {
    const newest = features.reduce((a, b) => (b.properties.time > a.properties.time ? b : a));
    const last = rows.reduce((a, b) => (String(b['event_time']) > String(a['event_time']) ? b : a));
    expect(last).toMatchObject({ event_id: newest.id, place: newest.properties.place });
    expect(Date.parse(String(last['event_time']))).toBe(newest.properties.time);
  });
});
