import type { Clock, Logger, Metrics, Sleep, StateStore, TopicContract, TopicRow } from '@lean-ops/core';
import { parseContract } from '@lean-ops/core/contract';
import type { Catalog } from '@lean-ops/iceberg';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import { deployResource, topicResource } from '../shared/lease.js';
import { registerTopic, registryRow, sameRow, type WantedTopic } from '../shared/register-topic.js';
import { asTask } from '../shared/task.js';
import { longestStop, notWanted, planMappings, type TopicDrift } from './topic-drift.js';
import type { TopicMappings, TopicQueues } from './topic-mappings.js';
import { parseTopicsDocument, type TopicEntry } from './topics-document.js';

export interface TopicSyncDependencies {
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox' | 'breakers' | 'leases'>;
  readonly catalog: Catalog;
  readonly rawNamespace: string;
  readonly mappings: TopicMappings;
  readonly queues: TopicQueues;
  /** Key of the topics document. */
  readonly document: string;
  /** A text of the bucket in which the document and the contracts are. */
  readonly readText: (key: string) => Promise<string>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface TopicSyncResult {
  /** Topics whose registry row, contract or table were made or changed, as a deployment wants it. */
  readonly registered: readonly string[];
  readonly drift: readonly TopicDrift[];
}

/** Topics registered at once: 700 new ones take a minute or two. */
const CONCURRENCY = 8;
/** Lambda takes 15 calls a second of its control plane from all callers of an account. */
const BETWEEN_CALLS_MS = 200;
/** A new topic's queue and mapping may still be on their way. */
const GRACE_MS = 60 * 60_000;

/**
 * Makes the registry, the contracts and the RAW tables what the deployment wants, and compares queues and mappings
 * with it. Runs on a schedule and after each deployment; repeating it changes nothing.
 *
 * It mends what only the running platform can: rows, tables, mappings that are off by nobody's will. A queue or
 * mapping that is gone it says, for making it is the deployment's. One topic's trouble stops no other's.
 *
 * Throws `TOPICS_DOCUMENT_INVALID`; then nothing was changed.
 */
export function createHandler(dependencies: TopicSyncDependencies): () => Promise<TopicSyncResult> {
  const { state, catalog, rawNamespace, document, readText, logger, metrics } = dependencies;
  // What was found in order, so that it is looked at again only when it changed.
  const inOrder = new Map<string, string>();
  return () =>
    asTask(async () => {
      const wanted = parseTopicsDocument(await readText(document), document);
      const rows = await state.topics.list();
      const tables = await tablesOf(catalog, rawNamespace);
      const registration = await registerAll(wanted, { dependencies, rows, tables, inOrder });
      const drift = [
        ...registration.drift,
        ...notWanted(wanted, rows),
        ...(await abandonedRebuilds(rows, dependencies)),
        ...(await syncMappings(wanted, rows, dependencies)),
      ];
      metrics.add('TopicDrift', 0, 'Count');
      for (const { topic, kind, detail } of drift) {
        metrics.add('TopicDrift', 1, 'Count', { topic, kind });
        logger.error('a topic is not as wanted', { topic, kind, detail });
      }
      const { registered } = registration;
      logger.info('topics are compared', { wanted: wanted.length, registered, drift: drift.length });
      return { registered, drift };
    });
}

async function tablesOf(catalog: Catalog, namespace: string): Promise<ReadonlySet<string>> {
  try {
    return new Set((await catalog.listTables(namespace)).map(({ name }) => name));
  } catch (error) {
    // Before the first table is made.
    if ((error as { code?: unknown }).code === 'NAMESPACE_NOT_FOUND') return new Set();
    throw error;
  }
}

interface Registration {
  readonly dependencies: TopicSyncDependencies;
  readonly rows: readonly TopicRow[];
  /** Names of the RAW tables there are. */
  readonly tables: ReadonlySet<string>;
  readonly inOrder: Map<string, string>;
}

async function registerAll(
  wanted: readonly TopicEntry[],
  registration: Registration,
): Promise<{ registered: string[]; drift: TopicDrift[] }> {
  const { tables, inOrder, rows } = registration;
  const byTopic = new Map(rows.map((row) => [row.topic, row]));
  const registered: string[] = [];
  const drift: TopicDrift[] = [];
  const queue = wanted.values();
  const work = async (): Promise<void> => {
    for (const entry of queue) {
      const { topic } = entry;
      const row = byTopic.get(topic) ?? null;
      const hasTable = tables.has(rawTableName(topic));
      try {
        if (await register(entry, row, hasTable, registration)) registered.push(topic);
        if (row === null || hasTable) continue;
        const detail = `the RAW table of ${topic} was gone, and was made anew`;
        drift.push({ topic, kind: 'TABLE_MISSING', detail });
      } catch (error) {
        inOrder.delete(topic);
        if (await isBeingDeployed(error, topic, registration.dependencies.state)) continue;
        drift.push({ topic, kind: 'MENDING_FAILED', detail: `${topic}: ${textOf(error)}` });
        if (entry.contract === null || (row !== null && hasTable)) continue;
        try {
          await registerWithoutContract(entry, registration);
        } catch (cause) {
          drift.push({ topic, kind: 'MENDING_FAILED', detail: `${topic}, for RAW only: ${textOf(cause)}` });
        }
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return { registered: registered.sort(), drift: drift.sort((a, b) => (a.topic < b.topic ? -1 : 1)) };
}

/** Whether anything had to be done. */
async function register(
  entry: TopicEntry,
  row: TopicRow | null,
  hasTable: boolean,
  { dependencies, inOrder }: Registration,
): Promise<boolean> {
  const { clock, readText, rawNamespace } = dependencies;
  const { topic, contract: key, fifo: _fifo, ...options } = entry;
  const text = key === null ? null : await readText(key);
  const contract: TopicContract | null = text === null ? null : parseContract(text, { path: key! });
  const wanted: WantedTopic = { ...options, contract };
  const isSame = row !== null && hasTable && sameRow(row, registryRow(wanted, row, clock.now()));
  if (isSame && (text === null || inOrder.get(topic) === text)) return false;
  await registerTopic(wanted, { ...dependencies, rawNamespace, deployedBy: 'topic-sync' });
  if (text !== null) inOrder.set(topic, text);
  return !isSame;
}

/** The contract is where the deployment looks for it before it is live, and a rebuild may take hours. */
async function isBeingDeployed(
  error: unknown,
  topic: string,
  { leases }: TopicSyncDependencies['state'],
): Promise<boolean> {
  if ((error as { code?: unknown }).code !== 'CONTRACT_NOT_DEPLOYED') return false;
  return (await leases.get(deployResource(topic))) !== null;
}

/** Its queue may be read already: with a row and a RAW table its messages are kept until the contract is there. */
async function registerWithoutContract(entry: TopicEntry, { dependencies }: Registration): Promise<void> {
  const { topic: _topic, contract: _contract, fifo: _fifo, ...options } = entry;
  await registerTopic(
    { ...options, contract: null, awaitsContract: true },
    { ...dependencies, deployedBy: 'topic-sync' },
  );
}

/** A rebuild that waits for a run says every minute that it does. */
const WAITING_MS = 5 * 60_000;

/** Whoever rebuilds a topic holds its lease; where nobody does, the rebuild was stopped half-way. */
async function abandonedRebuilds(
  rows: readonly TopicRow[],
  { state: { leases }, clock }: Pick<TopicSyncDependencies, 'state' | 'clock'>,
): Promise<TopicDrift[]> {
  const drift: TopicDrift[] = [];
  for (const { topic, state, updatedAt } of rows) {
    if (state !== 'rebuilding' || clock.now() - updatedAt < WAITING_MS) continue;
    if ((await leases.get(topicResource(topic))) !== null) continue;
    const detail = `topic ${topic} is being rebuilt by nobody, and no round takes it: start its rebuild again`;
    drift.push({ topic, kind: 'REBUILD_ABANDONED', detail });
  }
  return drift;
}

async function syncMappings(
  wanted: readonly TopicEntry[],
  rows: readonly TopicRow[],
  dependencies: TopicSyncDependencies,
): Promise<TopicDrift[]> {
  const { mappings, queues, state, clock, sleep, metrics } = dependencies;
  const found = await mappings.list(() => sleep(BETWEEN_CALLS_MS));
  metrics.add('LongestStop', longestStop(found, clock.now()) / 1_000, 'Seconds');
  // Read after the mappings: a breaker says that it holds one before it switches it off.
  const breakers = await state.breakers.list();
  const plan = planMappings(wanted, found, breakers, (queueTopic, fifo) => queues.arnOf(queueTopic, fifo));
  const drift = [...plan.drift];
  for (const { topic, uuid, change, drift: reasons } of plan.repairs) {
    drift.push(...reasons);
    try {
      await mappings.update(uuid, change);
    } catch (error) {
      drift.push({ topic, kind: 'MENDING_FAILED', detail: `mapping ${uuid} of ${topic}: ${textOf(error)}` });
    }
    await sleep(BETWEEN_CALLS_MS);
  }
  drift.push(...(await missingMappings(plan.unmapped, rows, dependencies)));
  return drift;
}

async function missingMappings(
  unmapped: readonly TopicEntry[],
  rows: readonly TopicRow[],
  { queues, clock }: TopicSyncDependencies,
): Promise<TopicDrift[]> {
  const settledBefore = clock.now() - GRACE_MS;
  const settled = new Set(rows.filter((row) => row.updatedAt <= settledBefore).map(({ topic }) => topic));
  const drift: TopicDrift[] = [];
  for (const { topic, queueTopic, fifo } of unmapped) {
    if (!settled.has(topic)) continue;
    const hasQueue = await queues.exists(queueTopic, fifo);
    const kind = hasQueue ? 'MAPPING_MISSING' : 'QUEUE_MISSING';
    const what = hasQueue ? 'event source mapping: its messages wait in the queue' : 'queue';
    drift.push({ topic, kind, detail: `topic ${topic} has no ${what}; deploy to make it again` });
  }
  return drift;
}

function textOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  return `${String(code ?? name ?? 'Error')}: ${message}`;
}
