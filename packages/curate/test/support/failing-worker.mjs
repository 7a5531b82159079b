// A module that is none of ours: it ends as soon as it is asked something.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', () => {
  throw new Error('what is this?');
});
