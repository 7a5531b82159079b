import { createHash } from 'node:crypto';
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Sleep, TopicRegistry } from '@lean-ops/core';
import { ContractToolError } from '../../contract-tool-error.js';
import type { RebuildRequest } from '../ports.js';

export interface RebuildExecutionOptions {
  readonly client: Pick<SFNClient, 'send'>;
  /** ARN of the Historical Rebuilder. */
  readonly stateMachineArn: string;
  readonly topics: Pick<TopicRegistry, 'get'>;
  readonly sleep: Sleep;
}

/** A rebuild takes seconds to days: an execution is looked at soon, then less and less often. */
const FIRST_POLL_MS = 1_000;
const LAST_POLL_MS = 10_000;
const SLOWER = 1.5;
/** Executions of one rebuild that were tried before somebody has to look. */
const MOST_TRIES = 100;

/**
 * Starts the Historical Rebuilder under a contract and awaits it. An execution's name says what it is for, so that a deploy
 * that was killed awaits the one that it had started.
 *
 * @throws {ContractToolError} `REBUILD_FAILED` where the execution ends and the contract is not live.
 */
export async function rebuildByExecution(
  options: RebuildExecutionOptions,
  request: RebuildRequest,
): Promise<void> {
  const { topic, contract, onProgress } = request;
  const arn = await startedExecution(options, request);
  onProgress(`${topic}: execution ${arn}`);
  const { status, detail } = await ended(options, arn);
  if ((await options.topics.get(topic))?.contractVersion === contract.version) return;
  throw new ContractToolError(
    `the rebuild of ${topic} under ${contract.version} ended as ${status}${detail === '' ? '' : ` (${detail})`}: look at execution ${arn}; run the deploy again to go on with it, or abandon it with lean-ops rebuild --abandon`,
    { code: 'REBUILD_FAILED', context: { topic, execution: arn, status } },
  );
}

async function startedExecution(
  { client, stateMachineArn }: RebuildExecutionOptions,
  { topic, contract, requestedBy, acceptRawGap }: RebuildRequest,
): Promise<string> {
  const input = JSON.stringify({
    topic_name: topic,
    requested_by: requestedBy,
    contract_version: contract.version,
    accept_raw_gap: acceptRawGap,
  });
  const purpose = createHash('sha256').update(`${topic}/${contract.version}`).digest('hex').slice(0, 32);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
    const name = `deploy-${purpose}-${attempt}`;
    try {
      const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn, name, input }));
      return executionArn!;
    } catch (error) {
      if ((error as Error).name !== 'ExecutionAlreadyExists') throw error;
      const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
      const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (status === 'RUNNING') return executionArn;
    }
  }
  throw new ContractToolError(
    `${MOST_TRIES} executions have tried to rebuild ${topic} under ${contract.version}, and none is running: look at why they ended`,
    { code: 'REBUILD_FAILED', context: { topic } },
  );
}

async function ended(
  { client, sleep }: RebuildExecutionOptions,
  executionArn: string,
): Promise<{ status: string; detail: string }> {
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(pauseMs * SLOWER, LAST_POLL_MS)) {
    const found = await client.send(new DescribeExecutionCommand({ executionArn }));
    const { status = 'RUNNING', error, cause, output } = found;
    if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE')
      return { status, detail: [error, cause, output].filter((text) => text !== undefined).join(': ') };
    await sleep(pauseMs);
  }
}
