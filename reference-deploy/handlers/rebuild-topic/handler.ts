import type { Lease, Metrics } from '@lean-ops/core';
import {
  abandonTopicRebuild,
  giveUpWaiting,
  type RebuildParts,
  rebuildTopic,
} from '../../rebuild/rebuild-topic.js';
import { createHandler as reportFailure } from '../report-failure/handler.js';
import { HandlerError } from '../shared/error.js';
import { type DeadlineSignal, handOverOf, type Invocation } from '../shared/invocation.js';
import { topicResource } from '../shared/lease.js';
import { asTask, textField } from '../shared/task.js';

export interface RebuildTopicDependencies extends Omit<RebuildParts, 'owner'> {
  readonly metrics: Metrics;
  /** Ends a step that would not end in time. Default: a timer. */
  readonly deadlineSignal?: DeadlineSignal;
}

/** What somebody asks of the Historical Rebuilder, besides the topic and who it is. */
export interface RebuildRequest {
  /** A stored version, which goes live with the new tables. Default: that of the rebuild under way, else the live one. */
  readonly contract_version?: string | null;
  readonly accept_raw_gap?: boolean;
  readonly abandon?: boolean;
}

export type RebuildTopicInput =
  | {
      readonly step: 'turn';
      readonly topic_name: string;
      /** Owns the topic's lease, turn after turn. */
      readonly execution_id: string;
      readonly requested_by: string;
      readonly request?: RebuildRequest;
      /** Source rows per commit at most, where the turn before this one found out that fewer fit its time. */
      readonly max_rows?: number | null;
    }
  | {
      readonly step: 'fail';
      readonly topic_name: string;
      readonly execution_id: string;
      readonly run_id: string;
      readonly failure: { readonly Error?: string; readonly Cause?: string };
    };

export interface RebuildTopicAnswer {
  /**
   * `held`: a run is under way, and finishes first. `continue`: the time was over first, the same task is to be called
   * again. `reported`: the answer to `fail`.
   */
  readonly status: 'held' | 'continue' | 'done' | 'unchanged' | 'abandoned' | 'reported';
  readonly max_rows: number | null;
  readonly rebuild_step: string | null;
  readonly generation: number | null;
  readonly contract_version: string | null;
  readonly rows: Readonly<Record<string, number | null>>;
  readonly carried: number;
}

const NOTHING = {
  max_rows: null,
  rebuild_step: null,
  generation: null,
  contract_version: null,
  rows: {},
  carried: 0,
} as const;

const MAX_ROWS = 1_000_000;
/** Commits of fewer rows are hardly faster. */
const LEAST_ROWS = 1_000;
const SHRINK = 10;

/**
 * The rebuild of a topic, for as long as the invocation has time: each turn goes on by the journal. `fail` records that
 * it failed; what was begun stands, to be finished or abandoned.
 *
 * @throws {HandlerError} `STEP_TOO_LONG`, `EVENT_INVALID`; as `rebuildTopic`, by name.
 */
export function createHandler(
  dependencies: RebuildTopicDependencies,
): (input: RebuildTopicInput, invocation?: Invocation) => Promise<RebuildTopicAnswer> {
  return (input, invocation) =>
    asTask(async () => {
      if (input.step === 'turn') return await turn(dependencies, input, invocation);
      if (input.step === 'fail') return await fail(dependencies, input);
      throw new HandlerError(
        `the step of a rebuild is turn or fail: ${JSON.stringify(input)?.slice(0, 200)}`,
        { code: 'EVENT_INVALID' },
      );
    });
}

async function turn(
  dependencies: RebuildTopicDependencies,
  input: Extract<RebuildTopicInput, { step: 'turn' }>,
  invocation: Invocation | undefined,
): Promise<RebuildTopicAnswer> {
  const { deadlineSignal, state, metrics: _told, ...parts } = dependencies;
  const { request = {} } = input;
  const maxRows = input.max_rows ?? dependencies.maxRowsPerCommit ?? MAX_ROWS;
  const topic = textField(input, 'topic_name');
  const options = {
    ...{ ...parts, state, topic },
    owner: textField(input, 'execution_id'),
    requestedBy: textField(input, 'requested_by'),
    maxRowsPerCommit: maxRows,
  };
  try {
    if (request.abandon === true) {
      const { generation } = await abandonTopicRebuild(options);
      return { ...NOTHING, status: 'abandoned', generation };
    }
    const result = await rebuildTopic({
      ...options,
      ...(await contractOf(dependencies, topic, request)),
      ...handOverOf(invocation, deadlineSignal),
      acceptRawGap: request.accept_raw_gap === true,
      staysOut: true,
    });
    const { status, step, generation, contractVersion, rows, carried, commits } = result;
    const isStuck = status === 'continue' && commits === 0 && (step === 'standardize' || step === 'curate');
    return {
      ...{ status, generation, rows, carried },
      rebuild_step: step,
      contract_version: contractVersion,
      max_rows: isStuck ? fewerRows(topic, maxRows) : (input.max_rows ?? null),
    };
  } catch (error) {
    if (error instanceof HandlerError && error.code === 'TOPIC_BUSY') return { ...NOTHING, status: 'held' };
    throw error;
  }
}

async function contractOf(
  { state }: RebuildTopicDependencies,
  topic: string,
  { contract_version: version }: RebuildRequest,
) {
  if (version === undefined || version === null) return {};
  const contract = await state.contracts.get(topic, version);
  if (contract !== null) return { contract };
  throw new HandlerError(`contract ${version} of topic ${topic} is not stored: deploy it`, {
    code: 'CONTRACT_MISSING',
    context: { topic, version },
  });
}

function fewerRows(topic: string, maxRows: number): number {
  if (maxRows > LEAST_ROWS) return Math.max(LEAST_ROWS, Math.floor(maxRows / SHRINK));
  throw new HandlerError(
    `a commit of ${topic} does not end within one invocation, however few rows it has: one of its source snapshots is too large for this function. Give the function more memory, then start the rebuild again: it goes on`,
    { code: 'STEP_TOO_LONG', context: { topic, maxRows } },
  );
}

async function fail(
  dependencies: RebuildTopicDependencies,
  input: Extract<RebuildTopicInput, { step: 'fail' }>,
): Promise<RebuildTopicAnswer> {
  const { state, clock } = dependencies;
  const [topic, owner] = [textField(input, 'topic_name'), textField(input, 'execution_id')];
  // A function that was killed has left it.
  const lease: Lease | null = await state.leases.get(topicResource(topic));
  if (lease?.owner === owner) await state.leases.release(lease);
  await giveUpWaiting({ state, clock, topic, owner });
  await reportFailure(dependencies)({ ...input, claim: { status: 'none' } });
  return { ...NOTHING, status: 'reported' };
}
