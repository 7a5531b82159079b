import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

/**
 * A handler bundled for Lambda: one CommonJS file with `parquet_wasm_bg.wasm` beside it, which is where parquet-wasm
 * looks for it.
 */

const MOST_ZIPPED_BYTES = 2.5 * 1024 * 1024;
const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const handler = `
import { batchFromRows, eq, FolderCatalog } from ${JSON.stringify(source)};

const modules = () => ({ wasm: WebAssembly.instances > 0 });
const { Instance } = WebAssembly;
WebAssembly.instances = 0;
WebAssembly.Instance = class extends Instance {
  constructor(...parts) {
    super(...parts);
    WebAssembly.instances += 1;
  }
};

export async function handler({ folder }) {
  const catalog = new FolderCatalog({ warehouse: folder });
  const identifier = { namespace: 'raw', name: 'events' };
  await catalog.createTable(identifier, { schema: { fields: [{ name: 'id', type: 'long' }, { name: 'kind', type: 'string' }] } });
  const created = await catalog.loadTable(identifier);
  await created.scan({ filter: eq('id', 1) }).planFiles();
  const before = modules();
  const { table } = await created.append(batchFromRows(created.schema(), [{ id: 1n, kind: 'a' }, { id: 2n, kind: 'b' }]));
  const rows = [];
  for await (const row of table.scan({ filter: eq('kind', 'b') }).rows()) rows.push({ ...row, id: String(row.id) });
  return { before, after: modules(), rows };
}
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lambda-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a handler that appends and scans runs from a bundle in an empty folder, which fits in 2.5 MB zipped; its wasm is loaded for Parquet only', async () => {
  // The bundler of the tool chain that builds this package.
  const tsup = createRequire(require.resolve('tsup'));
  const { build } = tsup('esbuild') as { build: (options: object) => Promise<unknown> };
  const entry = join(folder, '..', `${folder.split('/').at(-1)}-handler.mjs`);
  await writeFile(entry, handler);
  await build({
    entryPoints: [entry],
    outfile: join(folder, 'index.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    logLevel: 'error',
    logOverride: { 'empty-import-meta': 'silent' },
    nodePaths: [fileURLToPath(new URL('../node_modules', import.meta.url))],
  });
  await rm(entry);
  const fails = `require('./index.js').handler({ folder: ${JSON.stringify(join(folder, 'without'))} })
    .catch(({ name, code, context, message }) => console.log(JSON.stringify({ name, code, context, message })))`;
  const failed = await run(process.execPath, ['-e', fails], { cwd: folder, env: {} });
  expect(JSON.parse(failed.stdout)).toMatchObject({
    name: 'IcebergError',
    code: 'UNSUPPORTED_FEATURE',
    context: { package: 'parquet-wasm', file: join(folder, 'parquet_wasm_bg.wasm') },
    message: expect.stringMatching(/parquet_wasm_bg\.wasm.*copy parquet_wasm_bg\.wasm/s),
  });
  await rm(join(folder, 'without'), { recursive: true });

  // As the README says.
  const root = fileURLToPath(new URL('..', import.meta.url));
  const copy = /^cp .*parquet_wasm_bg\.wasm.* dist\/$/m.exec(
    await readFile(join(root, 'README.md'), 'utf8'),
  )![0];
  await run('sh', ['-c', copy.replace(/dist\/$/, '"$OUT"')], {
    cwd: root,
    env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}`, OUT: folder },
  });

  let zipped = 0;
  for (const name of await readdir(folder)) {
    const headers = 200;
    zipped += deflateRawSync(await readFile(join(folder, name)), { level: 9 }).length + headers;
  }
  expect(zipped).toBeLessThan(MOST_ZIPPED_BYTES);

  const call = `require('./index.js').handler({ folder: ${JSON.stringify(join(folder, 'tables'))} })
    .then((result) => console.log(JSON.stringify(result)))`;
  const { stdout } = await run(process.execPath, ['-e', call], { cwd: folder, env: {} });
  expect(JSON.parse(stdout)).toEqual({
    before: { wasm: false },
    after: { wasm: true },
    rows: [{ id: '2', kind: 'b' }],
  });
});
