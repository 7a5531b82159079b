import { stableHash } from '@lean-ops/core';
import { IngestError } from '../../error.js';

/**
 * The delivery stream of a topic: one topic has one stream, so that one stream writes a table. Streams are weighed
 * against one another per topic (rendezvous hashing), so that a stream more moves only the topics that go to it.
 *
 * @throws {IngestError} `INVALID_ARGUMENT` where there are no streams.
 * @example
 * streamOfTopic('events', ['raw-0', 'raw-1']);
 */
export function streamOfTopic(topic: string, streams: readonly string[]): string {
  let best: string | undefined;
  let most = -1;
  for (const stream of streams) {
    const weight = stableHash(`${stream}\n${topic}`);
    if (weight < most || (weight === most && best !== undefined && stream > best)) continue;
    best = stream;
    most = weight;
  }
  if (best !== undefined) return best;
  throw new IngestError('there is no delivery stream: name at least one', { code: 'INVALID_ARGUMENT' });
}
