import { createHash } from 'node:crypto';
import type { TopicRegistry } from '@lean-ops/core';
import { awaitRebuilder, type RebuilderOptions, startRebuilder } from '../../../rebuild/aws/rebuilder.js';
import { ContractToolError } from '../../contract-tool-error.js';
import type { RebuildRequest } from '../ports.js';

export interface RebuildExecutionOptions extends RebuilderOptions {
  readonly topics: Pick<TopicRegistry, 'get'>;
}

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
  const execution = await startedExecution(options, request);
  onProgress(`${topic}: execution ${execution}`);
  const { status, reason } = await awaitRebuilder(options, execution, request);
  if ((await options.topics.get(topic))?.contractVersion === contract.version) return;
  throw new ContractToolError(
    `the rebuild of ${topic} under ${contract.version} ended as ${status}${reason === '' ? '' : ` (${reason})`}: look at execution ${execution}; run the deploy again to go on with it, or abandon it with lean-ops rebuild --abandon`,
    { code: 'REBUILD_FAILED', context: { topic, execution, status } },
  );
}

async function startedExecution(
  options: RebuildExecutionOptions,
  { topic, contract, requestedBy, acceptRawGap }: RebuildRequest,
): Promise<string> {
  const input = {
    topic_name: topic,
    requested_by: requestedBy,
    contract_version: contract.version,
    accept_raw_gap: acceptRawGap,
  };
  const purpose = createHash('sha256').update(`${topic}/${contract.version}`).digest('hex').slice(0, 32);
  for (let attempt = 1; attempt <= MOST_TRIES; attempt += 1) {
    const execution = await startRebuilder(options, `deploy-${purpose}-${attempt}`, input);
    if (execution !== null) return execution;
  }
  throw new ContractToolError(
    `${MOST_TRIES} executions have tried to rebuild ${topic} under ${contract.version}, and none is running: look at why they ended`,
    { code: 'REBUILD_FAILED', context: { topic } },
  );
}
