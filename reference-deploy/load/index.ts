export { measureBatches } from './batch-latency.js';
export { runIngestionLoad } from './ingestion-load.js';
