import { copyFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Options } from 'tsup';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
/** Measurements build beside what is deployed. */
const out = process.env['LEAN_OPS_LAMBDA_FOLDER'] ?? join(here, '..', 'dist', 'lambda');
const functions = readdirSync(join(here, 'functions'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

/** Functions that read or write data files: Parquet's WebAssembly lies beside them. */
const WITH_PARQUET = [
  'standardize',
  'curate',
  'flush-ops',
  'reconcile',
  'plan-maintenance',
  'maintain-table',
  'rebuild-topic',
];
/** Functions that deal work out to threads: the threads' module lies beside them. */
const WITH_THREADS = ['standardize', 'reconcile', 'rebuild-topic'];
const THREAD_MODULE = 'lean-ops-curate-worker';

/** CommonJS packages in the bundle ask for Node's modules through `require`, and for the place of their file. */
const BANNER = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`;

/**
 * One folder per function with an ES module, `index.mjs`, and the files it imports: all it needs, the AWS SDK clients
 * too. The same sources give the same bytes. Why: docs/decisions/0003-lambda-bundles.md.
 */
export default defineConfig(functions.map(lambdaBundle));

function lambdaBundle(name: string): Options {
  const folder = join(out, name);
  const withThreads = WITH_THREADS.includes(name);
  return {
    entry: {
      index: join(here, 'functions', `${name}.ts`),
      ...(withThreads && {
        [THREAD_MODULE]: join(root, 'packages', 'curate', 'src', 'workers', `${THREAD_MODULE}.ts`),
      }),
    },
    outDir: folder,
    tsconfig: join(root, 'tsconfig.json'),
    format: ['esm'],
    outExtension: () => ({ js: '.mjs' }),
    target: 'node24',
    platform: 'node',
    removeNodeProtocol: false,
    noExternal: [/.*/],
    // What is imported when it is needed (credential chains, X-Ray) is read from its own file only then.
    splitting: true,
    minify: true,
    // Errors are logged under the names of their classes.
    keepNames: true,
    sourcemap: false,
    dts: false,
    clean: true,
    silent: true,
    banner: { js: BANNER },
    esbuildOptions: (options) => {
      // The SDK's ES modules can be shaken; its CommonJS ones are taken whole.
      options.mainFields = ['module', 'main'];
      options.legalComments = 'none';
    },
    onSuccess: async () => {
      if (WITH_PARQUET.includes(name)) copyWasm(folder);
      if (withThreads) placeThreadModule(folder);
    },
  };
}

function copyWasm(folder: string): void {
  const wasm = createRequire(import.meta.url).resolve('parquet-wasm/node/parquet_wasm_bg.wasm');
  copyFileSync(wasm, join(folder, 'parquet_wasm_bg.wasm'));
}

/** The curate package looks for it under the name it has there. */
function placeThreadModule(folder: string): void {
  renameSync(join(folder, `${THREAD_MODULE}.mjs`), join(folder, `${THREAD_MODULE}.js`));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
}
