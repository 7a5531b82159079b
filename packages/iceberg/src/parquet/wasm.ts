import { createRequire } from 'node:module';
import { type RecordBatch, RecordBatchStreamWriter, Table, tableFromIPC } from 'apache-arrow';
import type * as ParquetWasm from 'parquet-wasm/node';
import { IcebergError } from '../error.js';

export type Wasm = typeof ParquetWasm;

const MODULE = 'parquet-wasm/node';

let loading: Promise<Wasm> | undefined;

/**
 * Loads parquet-wasm on first use: opening a table or reading its metadata must not pay for 5 MB of WebAssembly. Throws
 * `UNSUPPORTED_FEATURE` where its files are not there.
 */
export function loadWasm(): Promise<Wasm> {
  loading ??= import('parquet-wasm/node').then(named).catch((cause: unknown) => {
    loading = undefined;
    throw notLoaded(cause);
  });
  return loading;
}

/** A bundler that puts the module, which is CommonJS, into a file of its own gives it a default export alone. */
function named(module: object): Wasm {
  const { default: whole } = module as { readonly default?: Wasm };
  return 'readSchema' in module || whole === undefined ? (module as Wasm) : whole;
}

/** A bundler takes the module along and not the binary beside it. */
function notLoaded(cause: unknown): IcebergError {
  const { path, message = String(cause) } = (cause ?? {}) as { path?: unknown; message?: string };
  const lacks = typeof path === 'string' ? `there is no file ${path}` : message;
  return new IcebergError(
    `Parquet cannot be read or written, as parquet-wasm could not be loaded: ${lacks}. In a bundle, copy parquet_wasm_bg.wasm from the folder "node" of the package parquet-wasm to beside the bundle, or leave parquet-wasm out of the bundle and install it.`,
    {
      code: 'UNSUPPORTED_FEATURE',
      context: { package: 'parquet-wasm', ...(typeof path === 'string' ? { file: path } : {}) },
      cause,
    },
  );
}

/**
 * Runs synchronous work in parquet-wasm on bytes that may be damaged. After a panic, which leaves the instance in an
 * unknown state, later work gets a new one.
 */
export async function withWasm<Result>(work: (wasm: Wasm) => Result): Promise<Result> {
  const wasm = await loadWasm();
  try {
    return work(wasm);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'RuntimeError')
      loading = Promise.resolve(freshWasm() ?? wasm);
    throw cause;
  }
}

/** A new instance, or `null` where the module was bundled into the program and cannot be loaded twice. */
function freshWasm(): Wasm | null {
  try {
    const require = createRequire(import.meta.url);
    delete require.cache[require.resolve(MODULE)];
    return require(MODULE) as Wasm;
  } catch {
    return null;
  }
}

/** Copies a batch into wasm memory. The caller frees the result. */
export function toWasmTable(wasm: Wasm, batch: RecordBatch): ParquetWasm.Table {
  const writer = RecordBatchStreamWriter.writeAll(new Table([batch]));
  return wasm.Table.fromIPCStream(writer.toUint8Array(true));
}

/** Copies a wasm table out, freeing it: nothing that is returned points into wasm memory. */
export function fromWasmTable(table: ParquetWasm.Table): RecordBatch[] {
  return tableFromIPC(table.intoIPCStream()).batches;
}
