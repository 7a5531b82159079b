import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const WASM = join(
  dirname(createRequire(import.meta.url).resolve('parquet-wasm/node')),
  'parquet_wasm_bg.wasm',
);

/** A function that appends rows, or only tells of the table where it is given none. */
const HANDLER = `
import { FolderCatalog } from '@lean-ops/iceberg';

const id = { namespace: 'raw', name: 'orders' };

export async function handler({ warehouse, rows }) {
  const catalog = new FolderCatalog({ warehouse });
  const schema = { fields: [{ name: 'id', type: 'long' }] };
  const table = (await catalog.tableExists(id)) ? await catalog.loadTable(id) : await catalog.createTable(id, { schema });
  if (rows !== undefined) return (await (await table.append(rows)).table.scan().count());
  const { table: after } = await table.setProperties({ owner: 'me' });
  return [after.snapshots().length, (await after.scan().planFiles()).length];
}
`;

let folder: string;
let bundle: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lambda-'));
  bundle = join(folder, 'handler.mjs');
  writeFileSync(join(folder, 'handler.ts'), HANDLER);
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      join(folder, 'handler.ts'),
      `--outfile=${bundle}`,
      '--bundle',
      '--minify',
      '--platform=node',
      '--target=node22',
      '--format=esm',
      // parquet-wasm is CommonJS and looks for its file beside itself.
      "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;",
      '--tsconfig=tsconfig.json',
      '--log-level=error',
    ],
    { cwd: ROOT, stdio: 'pipe' },
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function invoke(event: object): unknown {
  const script = `import(${JSON.stringify(bundle)}).then(({ handler }) => handler(${JSON.stringify(event)})).then((result) => console.log(JSON.stringify(result)))`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

test('a bundle with the folder catalog works in a process of its own, and loads no WebAssembly before it is needed', () => {
  const warehouse = join(folder, 'warehouse');
  // Without the file: whatever needs it would fail.
  expect(invoke({ warehouse })).toEqual([0, 0]);
  copyFileSync(WASM, join(folder, 'parquet_wasm_bg.wasm'));
  expect(invoke({ warehouse, rows: [{ id: 1 }, { id: 2 }] })).toBe(2);
  rmSync(join(folder, 'parquet_wasm_bg.wasm'));
  expect(invoke({ warehouse })).toEqual([1, 1]);
});

test('it takes 2.5 MB zipped at most, WebAssembly included', () => {
  const bytes = [bundle, WASM].map((path) => deflateRawSync(readFileSync(path), { level: 9 }).length);
  expect(bytes[0]! + bytes[1]!).toBeLessThan(2.5 * 1024 * 1024);
});
