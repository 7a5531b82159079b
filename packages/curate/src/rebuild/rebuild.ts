import { MemoryStateStore } from '@lean-ops/core';
import { forgetReplacement, loadIfExists, type Table } from '@lean-ops/iceberg';
import { curate } from '../curated/curate.js';
import type { JobOptions } from '../job.js';
import { standardize } from '../standardize/standardize.js';
import { type TopicTables, tableName, topicTables } from '../tables/names.js';
import { parseErrorsTableOptions } from '../tables/side-tables.js';
import { standardizedTableOptions } from '../tables/standardized-table.js';
import { audit } from './audit.js';
import { openOrBegin } from './begin-rebuild.js';
import { carryErrorsOver, carryOver } from './carried-rows.js';
import { ProgressMeter } from './progress-meter.js';
import { publish, tagsOf } from './publish.js';
import { lastRemoval, readReach } from './raw-reach.js';
import { RebuildCatalog } from './rebuild-catalog.js';
import type { RebuildJournal } from './rebuild-journal.js';
import {
  REBUILT_TABLES,
  type RebuildOptions,
  type RebuildPoint,
  type RebuildReport,
  type RebuildStep,
  type RebuiltTable,
} from './rebuild-types.js';

const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Makes a topic's tables anew from RAW, under a contract, and puts them in the place of the old ones.
 *
 * The new files are written beside the live ones, by the same jobs that write increments; readers see the old tables
 * until the new ones have passed the accountability equations. Then each table is replaced in place by one commit; a
 * tag keeps what was before. A call that was killed anywhere, or ran out of its time, is finished by the same call;
 * `abandonRebuild` brings the old tables back instead. RAW rows that arrive meanwhile are left to the next run.
 * Source: docs/rebuild.md.
 *
 * The caller holds the topic's lease and keeps rounds and maintenance away until `restored` was called.
 *
 * @throws {CurateError} `RAW_GAP` where RAW lacks rows that Standardized holds, unless `acceptRawGap`;
 *   `REBUILD_NOT_BALANCED`; `REBUILD_UNDER_WAY` for one under another contract, or one that is being abandoned;
 *   `LEASE_LOST`; what the jobs throw. Before the first table is published, nothing that readers see has changed.
 * @example
 * const report = await rebuild({ catalog, topic: 'events', contract, fencingToken: lease.token, runId, journals: state.journals,
 *   clock: systemClock, random: systemRandom, outbox: state.outbox, checkpoints: state.checkpoints });
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const run = new Rebuild(options, await openOrBegin(options));
  return await run.goOn();
}

class Rebuild {
  readonly #options: RebuildOptions;
  readonly #journal: RebuildJournal;
  readonly #tables: TopicTables;
  readonly #catalog: RebuildCatalog;
  #commits = 0;

  constructor(options: RebuildOptions, journal: RebuildJournal) {
    this.#options = options;
    this.#journal = journal;
    this.#tables = topicTables(options.topic, options.names);
    this.#catalog = new RebuildCatalog({
      live: options.catalog,
      rebuilt: REBUILT_TABLES.map((name) => this.#tables[name]),
      folder: journal.plan.folder,
      generation: journal.plan.generation,
      clock: options.clock,
      onCreate: async (identifier) => {
        const name = REBUILT_TABLES.find((one) => tableName(this.#tables[one]) === tableName(identifier))!;
        const { created } = journal.plan;
        if (!created.includes(name)) await journal.write({ created: [...created, name] });
        await this.#at('rebuild:created');
      },
    });
  }

  async goOn(): Promise<RebuildReport> {
    if (!this.#journal.plan.cleared) {
      if (!(await this.#makeAndPublish())) return this.#report('continue');
      await this.#clear();
      await this.#journal.write({ cleared: true });
    }
    await this.#options.restored?.(this.#journal.journal);
    await this.#at('rebuild:restored');
    await this.#journal.remove();
    return this.#report('done');
  }

  /** Whether it came to an end in its time. */
  async #makeAndPublish(): Promise<boolean> {
    if (this.#journal.plan.raw === null) await this.#empty();
    const steps: readonly [RebuildStep, () => Promise<boolean>, RebuildStep][] = [
      ['standardize', () => this.#standardize(), 'curate'],
      ['curate', () => this.#curate(), 'audit'],
      ['audit', () => this.#audit(), 'publish'],
      ['publish', () => this.#publish(), 'published'],
    ];
    for (const [step, work, next] of steps) {
      if (this.#journal.plan.step !== step) continue;
      this.#options.signal?.throwIfAborted();
      if (this.#isOver() || !(await work())) return false;
      await this.#journal.write({ step: next });
    }
    await this.#at('rebuild:published');
    return true;
  }

  #isOver(): boolean {
    const { handOver } = this.#options;
    return handOver !== undefined && (handOver.signal?.aborted === true || handOver.remainingMs() <= 0);
  }

  /** RAW holds nothing: tables that hold nothing either are made anew by the first run. */
  async #empty(): Promise<void> {
    await this.#journal.hold();
    for (const name of REBUILT_TABLES) {
      const table = await loadIfExists(this.#options.catalog, this.#tables[name]);
      if (table !== null) await this.#options.catalog.dropTable(table.identifier, { purge: true });
    }
    await this.#journal.write({ step: 'published' });
  }

  async #standardize(): Promise<boolean> {
    const { contract } = this.#options;
    const { carries, raw } = this.#journal.plan;
    if (carries) await this.#carryOver();
    const job = { ...this.#job(await this.#meter('standardize')), contract };
    const { catalog: live } = this.#options;
    const removal = lastRemoval(await live.loadTable(this.#tables.raw), raw!.snapshotId);
    if (removal !== null) {
      // Snapshots before it still show what was removed, so that all up to it is one commit.
      const first = { upTo: removal.snapshotId, maxRowsPerCommit: Number.POSITIVE_INFINITY };
      const report = await standardize({ ...job, ...first });
      this.#commits += report.commits;
      if (!report.finished) return false;
    }
    const report = await standardize({ ...job, upTo: raw!.snapshotId });
    this.#commits += report.commits;
    if (report.finished) await this.#at('rebuild:standardized');
    return report.finished;
  }

  async #carryOver(): Promise<void> {
    const { catalog: live, contract, fencingToken, clock, signal } = this.#options;
    const { standardized, parseErrors, raw: rawName } = this.#tables;
    const table = await live.loadTable(standardized);
    const errors = await loadIfExists(live, parseErrors);
    const staged =
      (await this.#catalog.staged(standardized)) ??
      (await this.#catalog.createTable(standardized, standardizedTableOptions(contract)));
    if (staged.currentSnapshot() !== null) return;
    const raw = await live.loadTable(rawName);
    const reach = await readReach(raw, this.#journal.plan.raw!.snapshotId, signal);
    const common = { reach, fencingToken, signal, rawUuid: raw.uuid, nowMs: clock.now() };
    let carried = 0;
    if (errors !== null && errors.currentSnapshot() !== null) {
      const stagedErrors =
        (await this.#catalog.staged(parseErrors)) ??
        (await this.#catalog.createTable(parseErrors, parseErrorsTableOptions()));
      carried += await carryErrorsOver({ ...common, live: errors, staged: stagedErrors });
    }
    // Last: that there is a snapshot says that all was carried over.
    carried += await carryOver({ ...common, live: table, staged, contract });
    await this.#journal.write({ carried });
    await this.#at('rebuild:carried');
  }

  async #curate(): Promise<boolean> {
    const { contract } = this.#options;
    if (contract === null) return true;
    const report = await curate({ ...this.#job(await this.#meter('curate')), contract });
    this.#commits += report.commits;
    if (report.finished) await this.#at('rebuild:curated');
    return report.finished;
  }

  async #audit(): Promise<boolean> {
    const live = await this.#options.catalog.loadTable(this.#tables.standardized);
    const parts = { catalog: this.#catalog, journal: this.#journal, live };
    if (!(await audit(this.#options, parts))) return false;
    await this.#at('rebuild:audited');
    return true;
  }

  async #publish(): Promise<boolean> {
    const { catalog: live, contract, fencingToken, keepOldMs = WEEK_MS, signal } = this.#options;
    const rows = await publish({
      ...{ live, contract, fencingToken, keepOldMs, signal },
      catalog: this.#catalog,
      journal: this.#journal,
      tables: this.#tables,
      at: (point) => this.#at(point),
    });
    await this.#journal.write({ rows });
    await this.#putCheckpoints();
    return true;
  }

  /** The copies of the watermarks that people look at. */
  async #putCheckpoints(): Promise<void> {
    const { catalog: live, checkpoints, topic, clock, contract } = this.#options;
    const { raw } = this.#journal.plan;
    const committedAt = clock.now();
    const { raw: rawName, standardized } = this.#tables;
    await checkpoints.put({
      ...{ topic, layer: 'standardized' as const, sourceTable: tableName(rawName), committedAt },
      ...raw!,
    });
    if (contract === null) return;
    const { snapshotId, sequenceNumber } = (await live.loadTable(standardized)).currentSnapshot()!;
    const sourceTable = tableName(standardized);
    await checkpoints.put({
      ...{ topic, layer: 'curated' as const, sourceTable, committedAt, snapshotId, sequenceNumber },
    });
  }

  /** What the new tables were made in goes; their files are the live tables' own now. */
  async #clear(): Promise<void> {
    await this.#journal.hold();
    for (const name of REBUILT_TABLES) {
      const table = await loadIfExists(this.#options.catalog, this.#tables[name]);
      if (table !== null) await forgetReplacement(this.#catalog.place(table), { purge: false });
    }
    await this.#at('rebuild:cleared');
  }

  #job(meter: ProgressMeter): JobOptions {
    const { topic, fencingToken, clock, outbox, runId, logger, names, maskingKey } = this.#options;
    const { signal, handOver, hooks, maxRowsPerCommit, cacheBytes, workers } = this.#options;
    return {
      catalog: this.#catalog,
      ...{ topic, fencingToken, clock, outbox, runId, contract: null },
      // Nobody is to hear of watermarks that are not published, nor to be alarmed by figures of rows that are years old.
      checkpoints: new MemoryStateStore({ clock }).checkpoints,
      deleteMode: 'merge-on-read',
      hooks: {
        at: async (point) => {
          await hooks?.at?.(point);
          if (point.endsWith(':after-checkpoint')) await meter.tell();
        },
      },
      ...defined({ logger, names, maskingKey, signal, handOver }),
      ...defined({ maxRowsPerCommit, cacheBytes, workers }),
    };
  }

  async #meter(step: 'standardize' | 'curate'): Promise<ProgressMeter> {
    const { catalog, clock, topic, onProgress } = this.#options;
    const [source, target] =
      step === 'standardize'
        ? ([this.#tables.raw, this.#tables.standardized] as const)
        : ([this.#tables.standardized, this.#tables.curated] as const);
    return await ProgressMeter.begin({
      ...{ topic, step, clock, onProgress },
      source: async () =>
        step === 'standardize'
          ? await catalog.loadTable(source)
          : ((await this.#catalog.staged(source)) as Table),
      upTo: step === 'standardize' ? this.#journal.plan.raw!.snapshotId : null,
      target: async () => await this.#catalog.staged(target),
    });
  }

  async #at(point: RebuildPoint): Promise<void> {
    await this.#options.hooks?.at?.(point);
  }

  #report(status: RebuildReport['status']): RebuildReport {
    const { generation, contractVersion, raw, step, rows, carried } = this.#journal.plan;
    return {
      ...{ topic: this.#options.topic, status, step, generation, contractVersion, carried },
      rawSnapshotId: raw?.snapshotId ?? null,
      rows: Object.fromEntries(REBUILT_TABLES.map((name) => [name, rows[name] ?? null])) as Record<
        RebuiltTable,
        number | null
      >,
      commits: this.#commits,
      tags: step === 'published' ? tagsOf(this.#journal, this.#tables) : {},
    };
  }
}

function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
