import type { Checkpoint, StateStore, TopicState } from '@lean-ops/core';
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
      return { topics };
    });
}
