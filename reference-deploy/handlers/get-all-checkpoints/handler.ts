import type { Checkpoint, Clock, StateStore, TopicRow, TopicState } from '@lean-ops/core';
import { HandlerError } from '../shared/error.js';
import { isDue } from '../shared/schedule.js';
import { asTask } from '../shared/task.js';

export interface GetAllCheckpointsDependencies {
  readonly state: Pick<StateStore, 'topics' | 'checkpoints' | 'rounds'>;
  readonly clock: Clock;
}

export interface GetAllCheckpointsInput {
  /** Whether topics are left out whose schedule has them wait for a later round. Default false. */
  readonly only_due?: boolean;
  /** What the execution was started with. `all_topics`: none is left out. */
  readonly execution?: { readonly all_topics?: boolean } | null;
}

/** A topic with the source snapshots its tables have reached, in decimal digits. */
interface TopicCheckpoint {
  readonly topic_name: string;
  readonly state: TopicState;
  readonly standardized: string | null;
  readonly curated: string | null;
}

export interface GetAllCheckpointsResult {
  /** The registered topics, sorted; also those that are paused, so that a round's record names them. */
  readonly topics: readonly TopicCheckpoint[];
  /** Those that were left out, sorted. */
  readonly not_due: readonly string[];
}

/**
 * Step Functions takes 256 KiB in and out of a state. The outcomes of all topics, which are there before those of their
 * checkpoints are gone, are no larger.
 */
const PAYLOAD_LIMIT_BYTES = 250 * 1024;

/** The first task of a round: the registry and the checkpoints, small enough to travel through a state machine. */
export function createHandler(
  dependencies: GetAllCheckpointsDependencies,
): (input?: GetAllCheckpointsInput | null) => Promise<GetAllCheckpointsResult> {
  const { state } = dependencies;
  return (input) =>
    asTask(async () => {
      const rows = await state.topics.list();
      const onlyDue = input?.only_due === true && input.execution?.all_topics !== true;
      const waiting = onlyDue ? await notDue(rows, dependencies) : new Set<string>();
      const checkpoints = new Map<string, Checkpoint>();
      for (const checkpoint of await state.checkpoints.list()) {
        checkpoints.set(`${checkpoint.layer}:${checkpoint.topic}`, checkpoint);
      }
      const reached = (layer: string, topic: string): string | null =>
        checkpoints.get(`${layer}:${topic}`)?.snapshotId.toString() ?? null;
      const topics = rows
        .filter(({ topic }) => !waiting.has(topic))
        .map((row) => ({
          topic_name: row.topic,
          state: row.state,
          standardized: reached('standardized', row.topic),
          curated: reached('curated', row.topic),
        }));
      const result = { topics, not_due: [...waiting] };
      const bytes = Buffer.byteLength(JSON.stringify(result));
      if (bytes > PAYLOAD_LIMIT_BYTES) throw tooLarge(rows.length, bytes);
      return result;
    });
}

/** Topics that wait in RAW for a later round. */
async function notDue(
  rows: readonly TopicRow[],
  { state, clock }: GetAllCheckpointsDependencies,
): Promise<ReadonlySet<string>> {
  const scheduled = rows.filter(({ schedule }) => schedule !== 'every-round');
  if (scheduled.length === 0) return new Set();
  const rounds = await state.rounds.list();
  const now = clock.now();
  return new Set(
    scheduled.filter((row) => !isDue(row, rounds.get(row.topic) ?? null, now)).map(({ topic }) => topic),
  );
}

function tooLarge(topics: number, bytes: number): HandlerError {
  return new HandlerError(
    `the registry has ${topics} topics, whose names and checkpoints take ${bytes} bytes; a state machine takes ${PAYLOAD_LIMIT_BYTES}: divide the topics over two deployments`,
    { code: 'REGISTRY_TOO_LARGE', context: { topics, bytes } },
  );
}
