import { type RecordBatch, RecordBatchStreamWriter, Table, tableFromIPC } from 'apache-arrow';
import type * as ParquetWasm from 'parquet-wasm/node';

export type Wasm = typeof ParquetWasm;

let loading: Promise<Wasm> | undefined;

/** Loads parquet-wasm on first use: opening a table or reading its metadata must not pay for 5 MB of WebAssembly. */
export function loadWasm(): Promise<Wasm> {
  loading ??= import('parquet-wasm/node');
  return loading;
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
