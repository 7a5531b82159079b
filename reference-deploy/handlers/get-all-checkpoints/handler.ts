import type { Checkpoint, StateStore, TopicState } from '@lean-ops/core';
import { HandlerError } from '../shared/error.js';
import { asTask } from '../shared/task.js';

export interface GetAllCheckpointsDependencies {
  readonly state: Pick<StateStore, 'topics' | 'checkpoints'>;
}

/** A topic with the source snapshots its tables have reached, in decimal digits. */
interface TopicCheckpoint {
  readonly topic_name: string;
  readonly state: TopicState;
  readonly standardized: string | null;
  readonly curated: string | null;
}

export interface GetAllCheckpointsResult {
  /** Every registered topic, sorted; also those that are paused, so that a round's record names them. */
  readonly topics: readonly TopicCheckpoint[];
}

/**
 * Step Functions takes 256 KiB in and out of a state. The outcomes of all topics, which are there before those of their
 * checkpoints are gone, are no larger.
 */
const PAYLOAD_LIMIT_BYTES = 250 * 1024;

/** The first task of a round: the registry and the checkpoints, small enough to travel through a state machine. */
export function createHandler(
  dependencies: GetAllCheckpointsDependencies,
): () => Promise<GetAllCheckpointsResult> {
  const { state } = dependencies;
  return () =>
    asTask(async () => {
      const checkpoints = new Map<string, Checkpoint>();
      for (const checkpoint of await state.checkpoints.list()) {
        checkpoints.set(`${checkpoint.layer}:${checkpoint.topic}`, checkpoint);
      }
      const reached = (layer: string, topic: string): string | null =>
        checkpoints.get(`${layer}:${topic}`)?.snapshotId.toString() ?? null;
      const topics = (await state.topics.list()).map((row) => ({
        topic_name: row.topic,
        state: row.state,
        standardized: reached('standardized', row.topic),
        curated: reached('curated', row.topic),
      }));
      const bytes = Buffer.byteLength(JSON.stringify({ topics }));
      if (bytes > PAYLOAD_LIMIT_BYTES) throw tooLarge(topics.length, bytes);
      return { topics };
    });
}

function tooLarge(topics: number, bytes: number): HandlerError {
  return new HandlerError(
    `the registry has ${topics} topics, whose names and checkpoints take ${bytes} bytes; a state machine takes ${PAYLOAD_LIMIT_BYTES}: divide the topics over two deployments`,
    { code: 'REGISTRY_TOO_LARGE', context: { topics, bytes } },
  );
}
