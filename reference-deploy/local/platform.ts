import type { DatabaseSync } from 'node:sqlite';
import {
  type Clock,
  type Logger,
  type Metrics,
  noopMetrics,
  type Random,
  type Sleep,
  type StateStore,
  silentLogger,
  systemClock,
  systemRandom,
  systemSleep,
} from '@lean-ops/core';
import { SqliteStateStore } from '@lean-ops/core/sqlite';
import {
  type Reconciliation,
  reconciliationEntry,
  type TopicStatus,
  warehouseStatus,
} from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import type { Archive } from '@lean-ops/ingest';
import { FolderArchive } from '@lean-ops/ingest/folder';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import {
  type DeployOptions,
  type DeployOutcome,
  deployContract,
} from '../contract/deploy/deploy-contract.js';
import type { DeployPlan } from '../contract/deploy/deploy-plan.js';
import { type PlanOptions, planDeploy } from '../contract/deploy/plan-deploy.js';
import type { DeployPorts } from '../contract/deploy/ports.js';
import type { DeadLetterPorts, TaskCaller } from '../dead-letters/ports.js';
import { reconcileTopic } from '../handlers/reconcile/handler.js';
import { progressText } from '../rebuild/progress-text.js';
import { type EvidenceSources, evidenceOf, reconcileWithoutTables, topicOfQueue } from './accountability.js';
import { inDurableTransaction, openQueueDatabase } from './database.js';
import { embeddedDeployment } from './deployment.js';
import { EmbeddedError } from './error.js';
import { BufferStore } from './firehose/buffer-store.js';
import { FirehoseSink } from './firehose/firehose-sink.js';
import { type FunctionParts, flushOpsFunction, LEASE_TTL_MS, stateMachineFunctions } from './functions.js';
import { HookedCatalog } from './hooked-catalog.js';
import { type IngestionParts, pumpOnce } from './ingestion.js';
import { type MaintenanceParts, planTopics, runMaintenance } from './maintenance.js';
import { newExecution, Orchestrator, type RoundReports, releaseDeadLeases } from './orchestrator.js';
import { OwnerRegistry } from './owner-registry.js';
import { topicQueueArn } from './queue/arns.js';
import { type Queue, QueueStore } from './queue/queue-store.js';
import { EmbeddedReplayQueue } from './queue/replay-queue.js';
import { SendLog } from './queue/send-log.js';
import { type EmbeddedRebuildOptions, type EmbeddedRebuildResult, runRebuild } from './rebuild.js';
import { temporaryScratch } from './scratch.js';
import { registerTopic } from './topics.js';
import type {
  EmbeddedOptions,
  MaintainPlatformOptions,
  MaintenanceRound,
  OrchestratorReport,
  OutgoingMessage,
  Platform,
  PumpReport,
  RoundOptions,
  TopicPlan,
  TopicRegistration,
} from './types.js';
import { openWarehouse } from './warehouse.js';

const RAW_NAMESPACE = 'raw';
/** How long a deploy waits for a run that has the topic. */
const REBUILD_WAIT_MS = 15 * 60_000;
const DEFAULT_HINTS = { maxBytes: 32 * 1024 * 1024, maxRecords: 50_000, intervalMs: 60_000 };

interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly at: (point: string) => void | Promise<void>;
}

/**
 * The platform in one process on one folder: the real handlers, tables and state machine, with SQS, Firehose and
 * Step Functions acted out. Several processes may work on the folder at once, and any may be killed at any moment.
 *
 * @example
 * const platform = await EmbeddedPlatform.open({ warehouse: './warehouse' });
 * await platform.registerTopic({ queueTopic: 'orders', contract: null });
 * await platform.send([{ queueTopic: 'orders', body: '{"id":1}', sqsMessageId: randomUUID(), sentTimestampMs: Date.now() }]);
 * await platform.pump();
 * await platform.orchestrate();
 * await platform.close();
 */
export class EmbeddedPlatform implements Platform {
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly archive: Archive;
  readonly #options: EmbeddedOptions;
  readonly #runtime: Runtime;
  readonly #names: { readonly project: string; readonly environment: string };
  readonly #database: DatabaseSync;
  readonly #owners: OwnerRegistry;
  readonly #queues: QueueStore;
  readonly #sendLog: SendLog;
  readonly #buffer: BufferStore;
  #closed = false;

  /**
   * Opens a warehouse folder, or makes one.
   *
   * @throws {EmbeddedError} `WAREHOUSE_VERSION` or `QUEUE_STORE_VERSION` for a folder of a newer lean-ops,
   * `WAREHOUSE_UNREADABLE` for a folder that is no warehouse.
   */
  static async open(options: EmbeddedOptions): Promise<EmbeddedPlatform> {
    const { clock = systemClock, random = systemRandom, sleep = systemSleep } = options;
    const paths = await openWarehouse(options.warehouse, random);
    const state = await SqliteStateStore.open({ path: paths.state, clock, sleep });
    try {
      const { logger = silentLogger, metrics = noopMetrics, hooks, storage } = options;
      const at = (point: string): void | Promise<void> => hooks?.at?.(point);
      const catalog = new HookedCatalog(
        {
          warehouse: paths.root,
          now: () => clock.now(),
          sleep,
          ...(storage === undefined ? {} : { storage }),
        },
        at,
      );
      const archive = new FolderArchive({ folder: paths.archive });
      const database = openQueueDatabase(paths.queues);
      const runtime = { clock, random, sleep, logger, metrics, at };
      return new EmbeddedPlatform(options, runtime, { catalog, state, archive, database });
    } catch (error) {
      await state.close();
      throw error;
    }
  }

  private constructor(
    options: EmbeddedOptions,
    runtime: Runtime,
    stores: { catalog: Catalog; state: StateStore; archive: Archive; database: DatabaseSync },
  ) {
    const { project = 'lean-ops', environment = 'local' } = options;
    this.#options = options;
    this.#runtime = runtime;
    this.#names = { project, environment };
    this.catalog = stores.catalog;
    this.state = stores.state;
    this.archive = stores.archive;
    this.#database = stores.database;
    this.#owners = new OwnerRegistry(stores.database);
    this.#queues = new QueueStore(stores.database, this.#owners.ownerId);
    this.#sendLog = new SendLog(stores.database);
    this.#buffer = new BufferStore(stores.database, this.#owners.ownerId);
  }

  async registerTopic(registration: TopicRegistration): Promise<void> {
    this.#checkOpen();
    const setup = {
      state: this.state,
      catalog: this.catalog,
      queues: this.#queues,
      clock: this.#runtime.clock,
      names: this.#names,
      rawNamespace: RAW_NAMESPACE,
    };
    await registerTopic(setup, registration);
  }

  async send(messages: readonly OutgoingMessage[]): Promise<ReadonlySet<string>> {
    this.#checkOpen();
    for (const message of messages) checkMessage(message);
    const targets = new Map<string, { readonly queue: Queue; readonly topic: string }>();
    inDurableTransaction(this.#database, () => {
      for (const message of messages) {
        const arn = message.queueArn ?? topicQueueArn(this.#names, message.queueTopic);
        let target = targets.get(arn);
        if (target === undefined) {
          target = { queue: this.#queues.ensure(arn), topic: topicOfQueue(arn, this.#names) };
          targets.set(arn, target);
        }
        this.#queues.enqueue(target.queue, {
          messageId: message.sqsMessageId,
          body: message.body,
          sentTimestampMs: message.sentTimestampMs,
          attributes: message.attributes ?? {},
        });
        this.#sendLog.record(target.topic, message.sqsMessageId);
      }
    });
    return new Set([...targets.values()].map(({ topic }) => topic));
  }

  async pump(options: { signal?: AbortSignal } = {}): Promise<PumpReport> {
    this.#checkOpen();
    const { batchSize = 1_000, visibilityTimeoutMs = 30_000, maxReceiveCount = 5, firehose } = this.#options;
    const parts: IngestionParts = {
      ...this.#runtime,
      names: this.#names,
      rawNamespace: RAW_NAMESPACE,
      catalog: this.catalog,
      archive: this.archive,
      tracker: this.state.errors,
      outbox: this.state.outbox,
      registry: this.state.topics,
      queues: this.#queues,
      buffer: this.#buffer,
      owners: this.#owners,
      batchSize,
      visibilityTimeoutMs,
      maxReceiveCount,
      hints: { ...DEFAULT_HINTS, ...firehose },
    };
    return await pumpOnce(parts, options.signal);
  }

  deadLetters(): DeadLetterPorts {
    this.#checkOpen();
    const { clock, random, sleep } = this.#runtime;
    return {
      archive: this.archive,
      tracker: this.state.errors,
      registry: this.state.topics,
      queue: new EmbeddedReplayQueue({ database: this.#database, queues: this.#queues, clock, random }),
      sink: new FirehoseSink({ buffer: this.#buffer, clock }),
      tasks: this.#tasks(),
      hasRawTable: (topic) =>
        this.catalog.tableExists({ namespace: RAW_NAMESPACE, name: rawTableName(topic) }),
      names: this.#names,
      clock,
      random,
      sleep,
    };
  }

  async planDeploy(options: PlanOptions): Promise<DeployPlan> {
    return await planDeploy(this.deployment(), options);
  }

  async deploy(options: DeployOptions): Promise<DeployOutcome> {
    return await deployContract(this.deployment(), options);
  }

  deployment(): DeployPorts {
    this.#checkOpen();
    const { clock, sleep, at } = this.#runtime;
    return embeddedDeployment({
      catalog: this.catalog,
      state: this.state,
      queues: this.#queues,
      buffer: this.#buffer,
      names: this.#names,
      tasks: this.#tasks(),
      clock,
      sleep,
      at,
      rebuild: async ({ onProgress, ...request }) => {
        const wait = { forMs: REBUILD_WAIT_MS, sleep };
        await this.rebuild({
          ...request,
          wait,
          onProgress: (progress) => onProgress(progressText(progress)),
        });
      },
    });
  }

  async rebuild(options: EmbeddedRebuildOptions): Promise<EmbeddedRebuildResult> {
    this.#checkOpen();
    const { maskingKey, rowsPerCommit } = this.#options;
    const { clock, random, logger, at } = this.#runtime;
    return await runRebuild(
      {
        ...{ clock, random, logger, hooks: { at } },
        state: this.state,
        catalog: this.catalog,
        leaseTtlMs: LEASE_TTL_MS,
        ...(maskingKey === undefined ? {} : { maskingKey }),
        ...(rowsPerCommit === undefined ? {} : { maxRowsPerCommit: rowsPerCommit }),
      },
      options,
    );
  }

  async orchestrate(options: RoundOptions = {}): Promise<OrchestratorReport> {
    this.#checkOpen();
    const { clock } = this.#options;
    const reports: RoundReports = { standardized: new Map(), curated: new Map() };
    const orchestrator = new Orchestrator({
      names: this.#names,
      state: this.state,
      random: this.#runtime.random,
      functions: stateMachineFunctions(this.#functionParts(), reports),
      // The interpreter waits in real time; under a clock of the caller's that would be waiting for nothing.
      ...(clock === undefined ? {} : { retryIntervalMs: 0 }),
    });
    return await orchestrator.run(reports, options);
  }

  async planMaintenance(options: MaintainPlatformOptions = {}): Promise<TopicPlan[]> {
    this.#checkOpen();
    return await planTopics(this.#maintenanceParts(options), await this.#maintainedTopics(options));
  }

  async maintain(options: MaintainPlatformOptions = {}): Promise<MaintenanceRound> {
    this.#checkOpen();
    return await runMaintenance(this.#maintenanceParts(options), await this.#maintainedTopics(options));
  }

  async reconcile(topics?: readonly string[]): Promise<Reconciliation[]> {
    this.#checkOpen();
    const sources: EvidenceSources = {
      sendLog: this.#sendLog,
      queues: this.#queues,
      buffer: this.#buffer,
      state: this.state,
      names: this.#names,
    };
    const reconcileOne = reconcileTopic({
      catalog: this.catalog,
      state: this.state,
      clock: this.#runtime.clock,
      metrics: this.#runtime.metrics,
      evidenceOf: (topic) => evidenceOf(sources, topic, this.#rawMessageIds(topic)),
      scratchOf: temporaryScratch,
    });
    const registered = (await this.state.topics.list()).map(({ topic }) => topic);
    const known = [...new Set([...registered, ...this.#sendLog.topics()])].sort();
    for (const topic of topics ?? []) if (!known.includes(topic)) throw notRegistered(topic, known);
    const wanted = topics ?? known;
    const results: Reconciliation[] = [];
    for (const topic of wanted) {
      if (registered.includes(topic)) {
        results.push(await reconcileOne(topic));
        continue;
      }
      const evidence = await evidenceOf(sources, topic, this.#rawMessageIds(topic));
      const result = await reconcileWithoutTables(topic, evidence, this.#runtime.clock.now());
      await this.state.outbox.put([reconciliationEntry(result)]);
      results.push(result);
    }
    await flushOpsFunction(this.#functionParts())({ execution_id: newExecution(this.#runtime.random).id });
    return results;
  }

  async status(): Promise<TopicStatus[]> {
    this.#checkOpen();
    const topics = (await this.state.topics.list()).map(({ topic }) => topic);
    return await warehouseStatus({ catalog: this.catalog, topics });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#owners.close();
    this.#database.close();
    await this.state.close();
  }

  async *#rawMessageIds(topic: string): AsyncGenerator<string> {
    const identifier = { namespace: RAW_NAMESPACE, name: rawTableName(topic) };
    if (!(await this.catalog.tableExists(identifier))) return;
    const table = await this.catalog.loadTable(identifier);
    for await (const row of table.scan({ columns: ['sqs_message_id'] }).rows())
      yield row['sqs_message_id'] as string;
  }

  async #maintainedTopics({ topics }: MaintainPlatformOptions): Promise<readonly string[]> {
    const registered = (await this.state.topics.list()).map(({ topic }) => topic);
    for (const topic of topics ?? []) if (!registered.includes(topic)) throw notRegistered(topic, registered);
    return topics ?? registered;
  }

  #maintenanceParts({ policy }: MaintainPlatformOptions): MaintenanceParts {
    const { clock, invocation } = this.#options;
    return {
      ...this.#runtime,
      names: this.#names,
      state: this.state,
      catalog: this.catalog,
      functions: stateMachineFunctions(this.#functionParts(), {
        standardized: new Map(),
        curated: new Map(),
      }),
      leaseTtlMs: LEASE_TTL_MS,
      ...(policy === undefined ? {} : { policy }),
      ...(invocation === undefined ? {} : { invocation }),
      // As for a round.
      ...(clock === undefined ? {} : { retryIntervalMs: 0 }),
    };
  }

  #functionParts(): FunctionParts {
    const { maskingKey, rowsPerCommit, invocation, lineage } = this.#options;
    const { project, environment } = this.#names;
    return {
      ...this.#runtime,
      state: this.state,
      catalog: this.catalog,
      ...(maskingKey === undefined ? {} : { maskingKey }),
      ...(rowsPerCommit === undefined ? {} : { rowsPerCommit }),
      ...(invocation === undefined ? {} : { invocation }),
      ...(lineage === undefined
        ? {}
        : { lineage: { emitter: lineage, namespace: `${project}-${environment}` } }),
    };
  }

  #tasks(): TaskCaller {
    const reports: RoundReports = { standardized: new Map(), curated: new Map() };
    const functions = stateMachineFunctions(this.#functionParts(), reports);
    return {
      call: async (name, input) => {
        const handler = functions[name];
        if (handler === undefined) throw new RangeError(`${name} is no function of a state machine`);
        if (name === 'acquire-lease') await releaseDeadLeases(this.state);
        return await handler(input as never);
      },
      newExecutionId: () => newExecution(this.#runtime.random).id,
    };
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new EmbeddedError(`the platform on ${this.#options.warehouse} is closed: open it again`, {
      code: 'PLATFORM_CLOSED',
    });
  }
}

function notRegistered(topic: string, known: readonly string[]): EmbeddedError {
  return new EmbeddedError(
    `topic ${JSON.stringify(topic)} is not registered and was never sent to; known are: ${known.join(', ') || 'none'}`,
    { code: 'TOPIC_NOT_REGISTERED', context: { topic } },
  );
}

/** A body that UTF-8 cannot hold would be changed on its way through the queue. */
function checkMessage(message: OutgoingMessage): void {
  if (message.body.isWellFormed()) return;
  throw new EmbeddedError(
    `message ${message.sqsMessageId} holds half of a surrogate pair, which no queue can carry: send valid Unicode`,
    { code: 'MESSAGE_INVALID', context: { sqsMessageId: message.sqsMessageId } },
  );
}
