import type { Clock, Logger, Metrics } from '@lean-ops/core';
import { type TransformFailure, transformRecords } from '@lean-ops/ingest';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { HandlerError } from '../shared/error.js';

export interface FirehoseTransformDependencies {
  /** Namespace (database) of the RAW tables. */
  readonly namespace: string;
  /** Name of a topic's RAW table. */
  readonly destinationTable: (topic: string) => string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export type FirehoseTransformResult = { readonly records: ReturnType<typeof transformRecords> };

/** Kept for the answer, of which Lambda prints 6 MB. */
const SAFETY_MARGIN_MS = 3_000;
/** Failed records that the log names; the error prefix has them all. */
const NAMED = 10;

/**
 * Routes each record to the RAW table of its topic. Every record id is answered, in the order it came: what the answer
 * or the time has no room for fails, and comes back from Firehose's error prefix.
 */
export function createHandler(
  dependencies: FirehoseTransformDependencies,
): (
  event: FirehoseTransformationEvent,
  context?: { getRemainingTimeInMillis(): number },
) => Promise<FirehoseTransformResult> {
  const { namespace, destinationTable, clock } = dependencies;
  return async (event, context) => {
    const { records } = checked(event);
    const failures: TransformFailure[] = [];
    const endMs =
      context === undefined ? null : clock.now() + context.getRemainingTimeInMillis() - SAFETY_MARGIN_MS;
    const answers = transformRecords(records, {
      namespace,
      destinationTable,
      isOver: () => endMs !== null && clock.now() >= endMs,
      onFailure: (failure) => failures.push(failure),
    });
    tell(failures, dependencies);
    return { records: answers };
  };
}

function checked(event: FirehoseTransformationEvent): FirehoseTransformationEvent {
  const records: unknown = (event as { records?: unknown } | null)?.records;
  const isSound =
    Array.isArray(records) &&
    records.every((record) => typeof record?.recordId === 'string' && typeof record.data === 'string');
  if (isSound) return event;
  throw new HandlerError('the event is not a Firehose transformation event: check the delivery stream', {
    code: 'EVENT_INVALID',
  });
}

function tell(
  failures: readonly TransformFailure[],
  { logger, metrics }: FirehoseTransformDependencies,
): void {
  for (const [reason, group] of Map.groupBy(failures, (failure) => failure.reason)) {
    metrics.add('RecordsNotTransformed', group.length, 'Count', { reason });
    logger.error('records go to the error prefix', {
      reason,
      count: group.length,
      records: group.slice(0, NAMED),
    });
  }
}
