import {
  type Clock,
  type Engine,
  type EnvelopeMode,
  type OpsEntry,
  type StateStore,
  type TopicContract,
  type TopicRow,
  type TopicSchedule,
  tableSafeTopic,
} from '@lean-ops/core';
import { lintContract } from '@lean-ops/core/contract';
import type { Catalog } from '@lean-ops/iceberg';
import { rawTableName, rawTableOptions } from '@lean-ops/ingest/iceberg';
import { HandlerError } from './error.js';

const FRESHNESS_SECONDS = 30 * 60;
/** Why a topic is paused whose contract is named and cannot be had yet, and by what. No person's word: the contract ends it. */
const AWAITS_CONTRACT = 'waits for its contract';
const AWAITED_BY = 'topic-sync';

/** What is wanted of a topic. What is left out stays as it is, or takes its default. */
export interface WantedTopic {
  /** As the queue spells it. */
  readonly queueTopic: string;
  /** Null for a topic that stops at Standardized, or keeps the contract it has. */
  readonly contract: TopicContract | null;
  /** It has a contract that cannot be had yet: new, it takes messages to RAW and no round runs it. Default: false. */
  readonly awaitsContract?: boolean;
  readonly envelope?: EnvelopeMode;
  readonly engine?: Engine;
  readonly schedule?: TopicSchedule;
  readonly freshnessObjectiveSeconds?: number;
}

export interface RegisterTopicOptions {
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly rawNamespace: string;
  /** Who registers, for the registry row and `ops.schema_versions`. */
  readonly deployedBy: string;
  /** Makes what else a topic needs, before it is in the registry. */
  readonly prepare?: () => void | Promise<void>;
}

/**
 * Makes everything a topic needs: contract document, RAW table, registry row. Repeating it changes nothing, so a
 * registration that was interrupted is mended by the next. The topic's state is left to people.
 *
 * A first contract goes live by it, and one that only changes how the topic is run. Any other is for a deploy, which
 * changes tables too.
 *
 * @throws {CoreError} `TOPIC_NAME_INVALID`, `TOPIC_NAME_COLLISION`; `CONTRACT_INVALID` for another content under a
 * version that is stored.
 * @throws {HandlerError} `CONTRACT_OF_OTHER_TOPIC`; `CONTRACT_NOT_DEPLOYED`, and nothing was changed.
 */
export async function registerTopic(wanted: WantedTopic, options: RegisterTopicOptions): Promise<void> {
  const { state, catalog, clock, rawNamespace, deployedBy, prepare } = options;
  const topic = tableSafeTopic(wanted.queueTopic);
  const contract = contractOf(topic, wanted.contract);
  const existing = await state.topics.get(topic);
  const row = registryRow(wanted, existing, clock.now(), deployedBy);
  // The registry refuses a second spelling of a table name: before anything is made under it.
  if (existing !== null && existing.queueTopic !== row.queueTopic) await state.topics.put(row);
  await refuseUndeployed(state, contract, existing);
  if (contract !== null) await state.contracts.put(contract);
  await ensureRawTable(catalog, topic, rawNamespace);
  await prepare?.();
  if (existing !== null && sameRow(existing, row)) return;
  if (contract !== null) await state.outbox.put([schemaVersion(contract, topic, deployedBy, clock.now())]);
  // Last: a topic that is in the registry is complete, and no round ever runs it without its contract.
  // Somebody may pause the topic meanwhile, and it stays paused.
  for (let [before, after] = [existing, row]; !(await state.topics.replace(before, after)); ) {
    before = await state.topics.get(topic);
    await refuseUndeployed(state, contract, before);
    after = registryRow(wanted, before, clock.now(), deployedBy);
  }
}

/** The registry row that a topic is to have; `by` is who brings it into its state, where that changes. */
export function registryRow(
  wanted: WantedTopic,
  existing: TopicRow | null,
  nowMs: number,
  by: string | null = null,
): TopicRow {
  const { contract, queueTopic, awaitsContract = false } = wanted;
  const freshness = wanted.freshnessObjectiveSeconds ?? existing?.freshnessObjectiveSeconds;
  return {
    topic: tableSafeTopic(queueTopic),
    queueTopic,
    ...stateOf(existing, awaitsContract, { stateBy: by, stateSince: nowMs }),
    contractVersion: contract?.version ?? existing?.contractVersion ?? null,
    engine: wanted.engine ?? contract?.engine ?? existing?.engine ?? 'node',
    envelope: wanted.envelope ?? contract?.envelope ?? existing?.envelope ?? 'auto',
    schedule: wanted.schedule ?? existing?.schedule ?? 'every-round',
    freshnessObjectiveSeconds: freshness ?? FRESHNESS_SECONDS,
    updatedAt: nowMs,
  };
}

function stateOf(
  existing: TopicRow | null,
  awaitsContract: boolean,
  change: Pick<TopicRow, 'stateBy' | 'stateSince'>,
): Pick<TopicRow, 'state' | 'stateReason' | 'stateBy' | 'stateSince'> {
  if (existing === null && awaitsContract)
    return { state: 'paused', stateReason: AWAITS_CONTRACT, ...change, stateBy: AWAITED_BY };
  if (existing === null || (!awaitsContract && awaitedContract(existing)))
    return { state: 'enabled', stateReason: null, ...change };
  const { state, stateReason, stateBy, stateSince } = existing;
  return { state, stateReason, stateBy, stateSince };
}

/** Whether a topic is paused for want of its contract, and not by a person who gave the same reason. */
function awaitedContract({ state, stateReason, stateBy }: TopicRow): boolean {
  return (
    state === 'paused' && stateReason === AWAITS_CONTRACT && (stateBy === null || stateBy === AWAITED_BY)
  );
}

/** Whether two rows say the same, whenever they were written. */
export function sameRow(left: TopicRow, right: TopicRow): boolean {
  const withoutTime = (row: TopicRow): string =>
    JSON.stringify(Object.entries({ ...row, updatedAt: 0 }).sort());
  return withoutTime(left) === withoutTime(right);
}

/** Documents are stored under the table-safe name, however the file spells the topic. */
function contractOf(topic: string, contract: TopicContract | null): TopicContract | null {
  if (contract === null) return null;
  if (tableSafeTopic(contract.topic) === topic) return { ...contract, topic };
  throw new HandlerError(
    `the contract is of topic ${JSON.stringify(contract.topic)}, it cannot govern ${JSON.stringify(topic)}`,
    { code: 'CONTRACT_OF_OTHER_TOPIC', context: { topic, contractTopic: contract.topic } },
  );
}

/** A contract that went live as `ops.schema_versions` keeps it. */
function schemaVersion(
  contract: TopicContract,
  topic: string,
  deployedBy: string,
  nowMs: number,
): Omit<OpsEntry, 'sequence'> {
  return {
    id: `${topic}:${contract.version}`,
    table: 'schema_versions',
    row: {
      topic,
      version: contract.version,
      operation: 'register',
      contract: JSON.stringify(contract),
      deployed_by: deployedBy,
      deployed_at: nowMs,
    },
  };
}

/** Governed columns change only through a deploy, which finds out whether the change is a compatible one. */
async function refuseUndeployed(
  { contracts }: Pick<StateStore, 'contracts'>,
  contract: TopicContract | null,
  row: TopicRow | null,
): Promise<void> {
  const live = row?.contractVersion ?? null;
  if (contract === null || live === null || live === contract.version) return;
  const { operation, verdict, findings } = lintContract(await contracts.get(contract.topic, live), contract);
  if (operation === 'PURE_REMAP' && verdict === 'pass') return;
  const { topic, version } = contract;
  const why = findings.find(({ severity }) => severity === 'error' || severity === 'breaking') ?? findings[0];
  throw new HandlerError(
    `contract ${version} of topic ${topic} is not live, ${live} is, and it is no mere change of routing (${operation}${why === undefined ? '' : `: ${why.message}`}): look at it with lean-ops contract plan and make it live with lean-ops contract deploy`,
    { code: 'CONTRACT_NOT_DEPLOYED', context: { topic, version, live, operation } },
  );
}

/** Makes the RAW table of a topic, where it is not there. */
export async function ensureRawTable(catalog: Catalog, topic: string, namespace: string): Promise<void> {
  const identifier = { namespace, name: rawTableName(topic) };
  if (await catalog.tableExists(identifier)) return;
  try {
    await catalog.createTable(identifier, rawTableOptions());
  } catch (error) {
    // Another process was first.
    if ((error as { code?: unknown }).code !== 'TABLE_ALREADY_EXISTS') throw error;
  }
}
