import {
  type Clock,
  type OpsEntry,
  type StateStore,
  type TopicContract,
  type TopicRow,
  tableSafeTopic,
} from '@lean-ops/core';
import type { Catalog, TableIdentifier } from '@lean-ops/iceberg';
import { rawTableName, rawTableOptions } from '@lean-ops/ingest/iceberg';
import { EmbeddedError } from './error.js';
import { type DeploymentNames, topicQueueArn } from './queue/arns.js';
import type { QueueStore } from './queue/queue-store.js';
import type { TopicRegistration } from './types.js';

const FRESHNESS_SECONDS = 30 * 60;

export interface TopicSetup {
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly catalog: Catalog;
  readonly queues: QueueStore;
  readonly clock: Clock;
  readonly names: DeploymentNames;
  readonly rawNamespace: string;
}

/**
 * Makes everything a topic needs: contract document, registry row, RAW table, queue. Repeating it changes nothing,
 * so a registration that was interrupted is mended by the next.
 *
 * @throws {CoreError} `TOPIC_NAME_INVALID`, `TOPIC_NAME_COLLISION`; `CONTRACT_INVALID` for another content under a
 * version that is stored.
 * @throws {EmbeddedError} `CONTRACT_OF_OTHER_TOPIC`.
 */
export async function registerTopic(setup: TopicSetup, registration: TopicRegistration): Promise<void> {
  const { state, catalog, queues, clock, names, rawNamespace } = setup;
  const topic = tableSafeTopic(registration.queueTopic);
  if (registration.contract !== null) checkTopic(topic, registration.contract);
  // Documents are stored under the table-safe name, however the file spells the topic.
  const contract = registration.contract === null ? null : { ...registration.contract, topic };
  const existing = await state.topics.get(topic);
  const row = registryRow(topic, { ...registration, contract }, existing, clock.now());
  // The registry refuses a second spelling of a table name: before anything is made under it.
  if (existing !== null && existing.queueTopic !== row.queueTopic) await state.topics.put(row);
  if (contract !== null) await state.contracts.put(contract);
  await ensureTable(catalog, { namespace: rawNamespace, name: rawTableName(topic) });
  queues.ensure(topicQueueArn(names, registration.queueTopic));
  if (existing !== null && sameRow(existing, row)) return;
  if (contract !== null) await state.outbox.put([schemaVersion(contract, topic, clock.now())]);
  // Last: a topic that is in the registry is complete, and no round ever runs it without its contract.
  await state.topics.put(row);
}

/** A contract that went live as `ops.schema_versions` keeps it. */
function schemaVersion(contract: TopicContract, topic: string, nowMs: number): Omit<OpsEntry, 'sequence'> {
  return {
    id: `${topic}:${contract.version}`,
    table: 'schema_versions',
    row: {
      topic,
      version: contract.version,
      operation: 'register',
      contract: JSON.stringify(contract),
      deployed_by: 'embedded',
      deployed_at: nowMs,
    },
  };
}

function registryRow(
  topic: string,
  registration: TopicRegistration,
  existing: TopicRow | null,
  nowMs: number,
): TopicRow {
  const { contract, envelope, queueTopic } = registration;
  return {
    topic,
    queueTopic,
    state: existing?.state ?? 'enabled',
    stateReason: existing?.stateReason ?? null,
    contractVersion: contract?.version ?? existing?.contractVersion ?? null,
    engine: contract?.engine ?? existing?.engine ?? 'node',
    envelope: envelope ?? contract?.envelope ?? existing?.envelope ?? 'auto',
    freshnessObjectiveSeconds: existing?.freshnessObjectiveSeconds ?? FRESHNESS_SECONDS,
    updatedAt: nowMs,
  };
}

function sameRow(left: TopicRow, right: TopicRow): boolean {
  const withoutTime = (row: TopicRow): string =>
    JSON.stringify(Object.entries({ ...row, updatedAt: 0 }).sort());
  return withoutTime(left) === withoutTime(right);
}

function checkTopic(topic: string, contract: TopicContract): void {
  if (tableSafeTopic(contract.topic) === topic) return;
  throw new EmbeddedError(
    `the contract is of topic ${JSON.stringify(contract.topic)}, it cannot govern ${JSON.stringify(topic)}`,
    { code: 'CONTRACT_OF_OTHER_TOPIC', context: { topic, contractTopic: contract.topic } },
  );
}

async function ensureTable(catalog: Catalog, identifier: TableIdentifier): Promise<void> {
  if (await catalog.tableExists(identifier)) return;
  try {
    await catalog.createTable(identifier, rawTableOptions());
  } catch (error) {
    // Another process was first.
    if ((error as { code?: unknown }).code !== 'TABLE_ALREADY_EXISTS') throw error;
  }
}
