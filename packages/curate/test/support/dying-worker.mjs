// A worker that ends without a word when rows are to be encoded.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ job }) => {
  if (job === 'encode') process.exit(7);
});
await import('./source-worker.mjs');
