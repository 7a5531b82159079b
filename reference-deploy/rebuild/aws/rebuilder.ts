import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Clock, Sleep, StateStore } from '@lean-ops/core';
import { type LayerNames, type RebuildProgress, RebuildWatch } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { opsRows } from '../../contract/ops-rows.js';
import type { RebuildRequest, RebuildTopicAnswer } from '../../handlers/rebuild-topic/handler.js';
import { progressText } from '../progress-text.js';

export interface RebuilderOptions {
  readonly client: Pick<SFNClient, 'send'>;
  /** ARN of the Historical Rebuilder. */
  readonly stateMachineArn: string;
  readonly catalog: Catalog;
  readonly state: Pick<StateStore, 'outbox' | 'journals'>;
  readonly names?: Partial<LayerNames>;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

export interface RebuilderInput extends RebuildRequest {
  /** Table-safe topic. */
  readonly topic_name: string;
  readonly requested_by: string;
}

/** How an execution ended. */
export interface ExecutionEnd {
  readonly arn: string;
  /** As Step Functions has it, such as `SUCCEEDED` or `FAILED`. */
  readonly status: string;
  /** What the last turn of the rebuild answered; null unless it succeeded. */
  readonly turn: RebuildTopicAnswer | null;
  /** Why it did not succeed, as far as anybody wrote it down. */
  readonly reason: string;
}

/** A rebuild takes seconds to days: an execution is looked at soon, then less and less often. */
const FIRST_POLL_MS = 1_000;
const LAST_POLL_MS = 10_000;
const SLOWER = 1.5;

/**
 * Starts an execution of the Historical Rebuilder under a name.
 *
 * @returns its ARN; null where the name was used for another input, or for one that has ended.
 */
export async function startRebuilder(
  { client, stateMachineArn }: Pick<RebuilderOptions, 'client' | 'stateMachineArn'>,
  name: string,
  input: RebuilderInput,
): Promise<string | null> {
  try {
    const request = { stateMachineArn, name, input: JSON.stringify(input) };
    const { executionArn } = await client.send(new StartExecutionCommand(request));
    return executionArn!;
  } catch (error) {
    if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? executionArn : null;
  }
}

/** Waits until an execution has ended, however long that takes, and tells how far the rebuild is. */
export async function awaitRebuilder(
  options: RebuilderOptions,
  executionArn: string,
  { topic, onProgress }: { readonly topic: string; readonly onProgress: (text: string) => void },
): Promise<ExecutionEnd> {
  const { client, sleep, catalog, clock, names, state } = options;
  const { journals } = state;
  const watch = new RebuildWatch({
    catalog,
    journals,
    topic,
    clock,
    ...(names === undefined ? {} : { names }),
  });
  let told = '';
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * SLOWER, LAST_POLL_MS)) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    const { status = 'RUNNING', error, cause, output } = found;
    if (status === 'SUCCEEDED') {
      const { turn = null } = JSON.parse(output ?? '{}') as { readonly turn?: RebuildTopicAnswer };
      return { arn: executionArn, status, turn, reason: '' };
    }
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') {
      const said = [error, cause].filter((text) => text !== undefined).join(': ');
      const reason = (await reasonOf(options, executionArn, topic)) ?? said;
      return { arn: executionArn, status, turn: null, reason };
    }
    // Tables may be put in the place of others just now: then it is told the next time.
    const progress = await watch.look().catch((): RebuildProgress | null => null);
    const text = progress === null ? '' : progressText(progress);
    if (text !== '' && text !== told) onProgress(text);
    told = text;
    await sleep(pauseMs);
  }
}

/** The error that the execution wrote to `ops.job_runs`: its own only says to look there. */
async function reasonOf(
  options: RebuilderOptions,
  executionArn: string,
  topic: string,
): Promise<string | null> {
  const runId = `${executionArn.split(':').at(-1)}.${topic}`;
  const columns = ['topic', 'run_id', 'status', 'error_code', 'error_message', 'finished_at'];
  let reason: string | null = null;
  for await (const { row } of opsRows(options, 'job_runs', { columns, instant: 'finished_at', topic }))
    if (row['run_id'] === runId && row['status'] === 'failed')
      reason = `${row['error_code']}: ${row['error_message']}`;
  return reason;
}
