import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLambdas, sizeReport } from './build-lambdas.js';
import { DeployError } from './deploy-error.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'build-lambdas-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Bundles that hold these files, written in the order given. */
function bundles(files: Readonly<Record<string, string>>, order = Object.keys(files)): () => Promise<void> {
  return async () => {
    for (const path of order) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), files[path]!);
    }
  };
}

const one = { names: ['one'], entries: ['one'] };
const files = { 'one/index.mjs': 'export {};', 'one/chunk/a.mjs': 'a', 'one/b.wasm': 'b'.repeat(5_000) };

describe('buildLambdas', () => {
  it('zips each bundle, with the files it holds', async () => {
    const [built] = await buildLambdas({ ...one, folder, bundle: bundles(files) });
    const unzipped = unzipSync(readFileSync(built!.zip));
    expect(Object.keys(unzipped)).toEqual(['b.wasm', 'chunk/a.mjs', 'index.mjs']);
    expect(Buffer.from(unzipped['index.mjs']!).toString()).toBe('export {};');
    expect(built!.unzippedBytes).toBe(5_011);
    expect(built!.zippedBytes).toBeLessThan(1_000);
  });

  it('gives the same bytes whatever the order, the time and the time zone of the build', async () => {
    const first = await buildLambdas({ ...one, folder, bundle: bundles(files) });
    const again = bundles(files, Object.keys(files).reverse());
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Kiritimati';
    try {
      const second = await buildLambdas({
        ...one,
        folder,
        bundle: async () => {
          await again();
          utimesSync(join(folder, 'one/index.mjs'), 1e9, 1e9);
        },
      });
      expect(second).toEqual(first);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('refuses a function without an entry point, and an entry point without a function', async () => {
    const build = buildLambdas({ names: ['two'], entries: ['one'], folder, bundle: bundles(files) });
    await expect(build).rejects.toThrow(DeployError);
    await expect(build).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      context: { missing: ['two'], unknown: ['one'] },
    });
  });

  it('refuses a bundle without its entry', async () => {
    const build = buildLambdas({ ...one, folder, bundle: bundles({ 'one/main.mjs': '' }) });
    await expect(build).rejects.toThrow('the bundle of one has no index.mjs');
  });

  it('reports sizes, the largest first', async () => {
    const built = await buildLambdas({
      names: ['one', 'two'],
      entries: ['two', 'one'],
      folder,
      bundle: bundles({ ...files, 'two/index.mjs': '' }),
    });
    expect(
      sizeReport(built)
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['function', 'one', 'two']);
  });
});
