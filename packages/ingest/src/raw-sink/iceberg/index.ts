export { appendRaw } from './append-raw.js';
export { IcebergRawSink, type IcebergRawSinkOptions } from './iceberg-raw-sink.js';
export { rawTableName, rawTableOptions } from './raw-table.js';
