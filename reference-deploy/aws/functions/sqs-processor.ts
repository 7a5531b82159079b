import { FirehoseRawSink } from '@lean-ops/ingest/firehose';
import { createHandler } from '../../handlers/sqs-processor/handler.js';
import { firehoseClient } from '../clients.js';
import { readEnvironment } from '../environment.js';
import { lazyArchive } from '../lazy-archive.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const names = readEnvironment(['project', 'environment', 'streams']);
  const state = openStateStore(ports);
  return createHandler({
    ...ports,
    ...names,
    registry: state.topics,
    sink: new FirehoseRawSink({ client: firehoseClient(), streams: names.streams }),
    archive: lazyArchive(),
    tracker: state.errors,
    outbox: state.outbox,
    breakers: state.breakers,
    // What goes back to its queue stays hidden there for six time-outs of this function: waiting here is quicker.
    retry: { maxAttempts: 8 },
    abortAfter: (milliseconds) => AbortSignal.timeout(milliseconds),
  });
});
