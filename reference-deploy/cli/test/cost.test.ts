import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import usEast1 from '../../cost/prices/us-east-1.json' with { type: 'json' };
import { runCommand } from '../testing.js';

const LOAD = ['cost', '--topics', '700', '--events-per-second', '2000'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-cost-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('lean-ops cost', () => {
  it('prints a line per service and the sums of both engines', async () => {
    const { code, stdout } = await runCommand(LOAD);
    expect(code).toBe(0);
    for (const text of [
      'SQS',
      'Firehose',
      'DynamoDB',
      'Step Functions',
      'a month',
      'a million events',
      'us-east-1',
    ])
      expect(stdout).toContain(text);
  });

  it('takes prices from a file', async () => {
    const file = join(folder, 'prices.json');
    const free = Object.fromEntries(
      Object.entries(usEast1.prices).map(([name, price]) => [name, typeof price === 'number' ? 0 : price]),
    );
    await writeFile(
      file,
      JSON.stringify({ ...usEast1, region: 'eu-north-1', prices: { ...free, s3PerGbMonth: 1 } }),
    );
    const { code, stdout } = await runCommand([...LOAD, '--prices', file, '--json']);
    expect(code).toBe(0);
    const { region, lines } = JSON.parse(stdout) as {
      region: string;
      lines: { service: string; node: number }[];
    };
    expect(region).toBe('eu-north-1');
    const billed = lines.filter(({ node }) => node > 0).map(({ service }) => service);
    expect([...new Set(billed)]).toEqual(['S3', 'CloudWatch']);
  });

  it.each([
    ['no such file', ['--prices', '/nowhere/prices.json'], /cannot be read/],
    ['events below none', ['--events-per-second', '-1'], /number above 0/],
    ['half a topic', ['--topics', '0.5'], /whole number/],
  ])('refuses %s', async (_what, options, message) => {
    const { code, stderr } = await runCommand([...LOAD, ...options]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('names what a price file lacks', async () => {
    const file = join(folder, 'prices.json');
    await writeFile(
      file,
      JSON.stringify({ ...usEast1, prices: { ...usEast1.prices, s3PerGbMonth: 'cheap' } }),
    );
    const { code, stderr } = await runCommand([...LOAD, '--prices', file]);
    expect(code).toBe(2);
    expect(stderr).toContain('s3PerGbMonth');
  });
});
