import { transformRecords } from '@lean-ops/ingest';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { HandlerError } from '../shared/error.js';

export interface FirehoseTransformDependencies {
  /** Namespace (database) of the RAW tables. */
  readonly namespace: string;
  /** Name of a topic's RAW table. */
  readonly destinationTable: (topic: string) => string;
}

export type FirehoseTransformResult = { readonly records: ReturnType<typeof transformRecords> };

/** Routes each record to the RAW table of its topic. Every record id is answered, in the order it came. */
export function createHandler(
  dependencies: FirehoseTransformDependencies,
): (event: FirehoseTransformationEvent) => Promise<FirehoseTransformResult> {
  return async (event) => {
    if (!Array.isArray((event as { records?: unknown } | null)?.records)) {
      throw new HandlerError('the event is not a Firehose transformation event: check the delivery stream', {
        code: 'EVENT_INVALID',
      });
    }
    return { records: transformRecords(event.records, dependencies) };
  };
}
