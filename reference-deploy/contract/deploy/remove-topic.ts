import type { TopicRow } from '@lean-ops/core';
import { type TableStatus, topicTableNames, warehouseStatus } from '@lean-ops/curate';
import { changeTopic } from '../../handlers/shared/change-topic.js';
import { ContractToolError } from '../contract-tool-error.js';
import { journalName } from './deploy-journal.js';
import { claimDeploy, claimTopic } from './deploy-lease.js';
import type { DeployPorts } from './ports.js';

export interface RemoveTopicOptions {
  /** Table-safe. */
  readonly topic: string;
  readonly removedBy: string;
  /** Whether it may go though it holds what was not processed. Default false. */
  readonly unprocessed?: boolean;
  /** Whether its tables go too, with all that they hold. Default false. */
  readonly dropTables?: boolean;
  /** How long to wait for a run or a deploy, milliseconds. Default 0. */
  readonly waitMs?: number;
  readonly onProgress?: (text: string) => void;
}

/**
 * Takes a topic out of the registry. Messages that still come to its queue are kept in quarantine. Its contracts stay in
 * the state store: a version never gets other content, not even when the topic comes back.
 *
 * @returns the tables that were dropped.
 * @throws {ContractToolError} `TOPIC_IN_USE` where something was not processed, `TOPIC_BUSY`, `TOPIC_UNKNOWN`.
 */
export async function removeTopic(
  ports: DeployPorts,
  options: RemoveTopicOptions,
): Promise<readonly string[]> {
  const { state } = ports;
  const { topic, waitMs = 0, onProgress: onWait = () => {} } = options;
  const claim = { topic, owner: ports.tasks.newExecutionId(), waitMs, onWait };
  const lease = await claimDeploy(ports, claim);
  try {
    const topicLease = await claimTopic(ports, claim);
    try {
      const row = await state.topics.get(topic);
      if (row === null) throw unknown(topic);
      await refuse(ports, row, options);
      const { removedBy } = options;
      await changeTopic(state.topics, topic, (now) => ({
        ...now,
        state: 'paused',
        stateReason: 'is being removed',
        stateBy: removedBy,
        stateSince: ports.clock.now(),
      }));
      const dropped = options.dropTables === true ? await dropTables(ports, topic) : [];
      const id = `${topic}:removed:${row.updatedAt}`;
      await state.outbox.put([
        { id, table: 'schema_versions', row: historyRow(row, removedBy, ports.clock.now()) },
      ]);
      await state.topics.remove(topic);
      return dropped;
    } finally {
      await state.leases.release(topicLease);
    }
  } finally {
    await state.leases.release(lease);
  }
}

async function refuse(
  ports: DeployPorts,
  row: TopicRow,
  { unprocessed = false }: RemoveTopicOptions,
): Promise<void> {
  const { topic } = row;
  const begun = [
    ...(row.state === 'rebuilding' ? ['it is being rebuilt'] : []),
    ...((await ports.state.journals.get(journalName(topic))) === null ? [] : ['a deploy of it was cut off']),
    ...((await ports.state.journals.get(`rebuild/${topic}`)) === null ? [] : ['a rebuild of it was cut off']),
  ];
  if (begun.length > 0) throw inUse(topic, `${begun.join(' and ')}: finish that first`);
  const kept = await ports.surroundings.keeping(row.queueTopic);
  if (kept !== null) throw inUse(topic, kept);
  if (unprocessed) return;
  const waiting = [...(await ports.surroundings.waiting(row.queueTopic)), ...(await waitingRows(ports, row))];
  if (waiting.length > 0)
    throw inUse(
      topic,
      `${waiting.join(', ')}: let it be processed, or remove the topic all the same with --unprocessed`,
    );
}

/** What the tables hold that the next layer has not read, and messages that nobody has decided about. */
async function waitingRows(
  { catalog, names, state }: DeployPorts,
  { topic, contractVersion }: TopicRow,
): Promise<string[]> {
  const [status] = await warehouseStatus({
    catalog,
    topics: [topic],
    ...(names === undefined ? {} : { names }),
  });
  const waiting: string[] = [];
  if (status !== undefined && status.pendingRaw > 0)
    waiting.push(`${status.pendingRaw} rows of RAW wait for Standardized`);
  const { standardized = null, curated = null } = status ?? {};
  if (contractVersion !== null && isBehind(curated, standardized))
    waiting.push('Curated has not read all of Standardized');
  let open = 0;
  for await (const _error of state.errors.list({ topic, status: 'open' })) open += 1;
  if (open > 0) waiting.push(`${open} dead letters are open`);
  return waiting;
}

function isBehind(curated: TableStatus | null, standardized: TableStatus | null): boolean {
  const head = standardized?.snapshotId ?? null;
  return head !== null && curated?.watermark?.snapshotId !== head;
}

async function dropTables({ catalog, names }: DeployPorts, topic: string): Promise<string[]> {
  const dropped: string[] = [];
  for (const identifier of topicTableNames(topic, names)) {
    if (!(await catalog.tableExists(identifier))) continue;
    await catalog.dropTable(identifier, { purge: true });
    dropped.push(`${identifier.namespace}.${identifier.name}`);
  }
  return dropped;
}

function historyRow({ topic, contractVersion }: TopicRow, deployedBy: string, now: number) {
  return {
    topic,
    version: contractVersion,
    operation: 'REMOVE_TOPIC',
    contract: null,
    deployed_by: deployedBy,
    deployed_at: now,
  };
}

function inUse(topic: string, why: string): ContractToolError {
  return new ContractToolError(`topic ${topic} is not removed: ${why}. Nothing was changed`, {
    code: 'TOPIC_IN_USE',
    context: { topic },
  });
}

function unknown(topic: string): ContractToolError {
  return new ContractToolError(`topic ${topic} is not registered`, {
    code: 'TOPIC_UNKNOWN',
    context: { topic },
  });
}
