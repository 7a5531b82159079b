import { createRequire } from 'node:module';
import { type RecordBatch, RecordBatchStreamWriter, Table, tableFromIPC } from 'apache-arrow';
import type * as ParquetWasm from 'parquet-wasm/node';

export type Wasm = typeof ParquetWasm;

const MODULE = 'parquet-wasm/node';

let loading: Promise<Wasm> | undefined;

/** Loads parquet-wasm on first use: opening a table or reading its metadata must not pay for 5 MB of WebAssembly. */
export function loadWasm(): Promise<Wasm> {
  loading ??= import('parquet-wasm/node');
  return loading;
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
