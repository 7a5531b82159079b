import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const run = promisify(execFile);

const HANDLER = `
import { eq, FolderCatalog } from ${JSON.stringify(join(ROOT, 'src/index.ts'))};

export async function handler({ folder }: { folder: string }) {
  const catalog = new FolderCatalog({ warehouse: folder });
  const created = await catalog.createTable(
    { namespace: 'raw', name: 'events' },
    { schema: { fields: [{ name: 'id', type: 'int' }, { name: 'share', type: 'double' }] } },
  );
  const { table } = await created.append([{ id: 1, share: 0.5 }, { id: 2, share: 1.5 }]);
  const rows: unknown[] = [];
  for await (const row of table.scan({ filter: eq('id', 2) }).rows()) rows.push(row);
  return rows;
}
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esm-bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a bundle of ES modules, made as the README says, appends and scans; minified or not, in one file or in several', async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const command = /^esbuild .*--format=esm(?:.*\\\n)*.*$/m.exec(readme)![0];
  // The bundler of the tool chain that builds this package.
  const bundler = createRequire(require.resolve('tsup')).resolve('esbuild/package.json');
  await writeFile(join(folder, 'handler.ts'), HANDLER);
  const split = command.replace(
    /--outfile=\S+/,
    '--outdir=dist --entry-names=index --out-extension:.js=.mjs --splitting',
  );
  for (const [name, line] of Object.entries({
    minified: command,
    plain: command.replace(' --minify', ''),
    split,
  })) {
    await run('sh', ['-c', `${line} --log-level=error`], {
      cwd: folder,
      env: {
        PATH: `${join(dirname(bundler), 'bin')}:${dirname(process.execPath)}:${process.env['PATH']}`,
        NODE_PATH: join(ROOT, 'node_modules'),
      },
    });
    await copyFile(
      require.resolve('parquet-wasm/node/parquet_wasm_bg.wasm'),
      join(folder, 'dist/parquet_wasm_bg.wasm'),
    );
    const tables = JSON.stringify({ folder: join(folder, name) });
    const call = `import { handler } from './dist/index.mjs'; console.log(JSON.stringify(await handler(${tables})))`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', call], {
      cwd: folder,
      env: {},
    });
    expect(JSON.parse(stdout)).toEqual([{ id: 2, share: 1.5 }]);
  }
});
