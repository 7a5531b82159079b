import type { Journal, JournalStore } from '@lean-ops/core';
import type { TableState } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { Watermark } from '../watermark/watermark.js';
import type { RebuildStep, RebuiltTable } from './rebuild-types.js';

/** A table as it was when its replacement was published, and by which snapshot it was replaced. */
export interface ReplacedTable {
  readonly before: TableState;
  readonly snapshotId: bigint;
}

/** What a rebuild has to know of itself after it was killed. What it has read and written its tables say. */
export interface RebuildPlan {
  readonly generation: number;
  /** Below the folder of each table. */
  readonly folder: string;
  /** Null: the topic stops at Standardized. */
  readonly contractVersion: string | null;
  /** What is read up to; null where RAW has no snapshot. */
  readonly raw: Watermark | null;
  readonly step: RebuildStep;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Tables that were not there before. */
  readonly created: readonly RebuiltTable[];
  readonly replaced: Readonly<Partial<Record<RebuiltTable, ReplacedTable>>>;
  /** Rows to carry over; null where every row of Standardized is in RAW. */
  readonly carries: boolean;
  readonly carried: number;
  readonly rows: Readonly<Partial<Record<RebuiltTable, number>>>;
  /** Where the audit goes on. */
  readonly auditCursor: string | null;
  /** Nothing is left but to give the topic back: from then on its tables are the rounds' own. */
  readonly cleared: boolean;
}

function rebuildJournalName(topic: string): string {
  return `rebuild/${topic}`;
}

/** The journal of a topic's rebuild as this process knows it; every change is written before it counts. */
export class RebuildJournal {
  readonly #journals: JournalStore;
  #journal: Journal;
  #plan: RebuildPlan;

  private constructor(journals: JournalStore, journal: Journal) {
    this.#journals = journals;
    this.#journal = journal;
    this.#plan = decode(journal);
  }

  /** Null where no rebuild of the topic is under way. */
  static async open(journals: JournalStore, topic: string): Promise<RebuildJournal | null> {
    const journal = await journals.get(rebuildJournalName(topic));
    return journal === null ? null : new RebuildJournal(journals, journal);
  }

  /** @throws {CurateError} `LEASE_LOST` where another process has begun one meanwhile. */
  static async begin(journals: JournalStore, topic: string, plan: RebuildPlan): Promise<RebuildJournal> {
    const journal = await journals.create(rebuildJournalName(topic), encode(plan));
    if (journal === null) throw overtaken(rebuildJournalName(topic));
    return new RebuildJournal(journals, journal);
  }

  get plan(): RebuildPlan {
    return this.#plan;
  }

  get journal(): Journal {
    return this.#journal;
  }

  /** @throws {CurateError} `LEASE_LOST` where another process works by the same journal. */
  async write(change: Partial<RebuildPlan>): Promise<void> {
    const plan = { ...this.#plan, ...change };
    const journal = await this.#journals.replace(this.#journal, encode(plan));
    if (journal === null) throw overtaken(this.#journal.name);
    this.#journal = journal;
    this.#plan = plan;
  }

  /** To be asked before anything is deleted. Throws `LEASE_LOST` as {@link write}. */
  async hold(): Promise<void> {
    await this.write({});
  }

  /** @throws {CurateError} `LEASE_LOST` as {@link write}. */
  async remove(): Promise<void> {
    if (!(await this.#journals.remove(this.#journal))) throw overtaken(this.#journal.name);
  }
}

function overtaken(name: string): CurateError {
  return new CurateError(
    `the journal ${name} was written by another process: it works on the same rebuild, and this one stops`,
    { code: 'LEASE_LOST', context: { journal: name } },
  );
}

const FORMAT = 1;

function encode({ raw, replaced, ...plan }: RebuildPlan): Record<string, unknown> {
  return {
    format: FORMAT,
    ...plan,
    raw: raw === null ? null : { id: String(raw.snapshotId), sequence: String(raw.sequenceNumber) },
    replaced: Object.fromEntries(
      Object.entries(replaced).map(([name, { before, snapshotId }]) => [
        name,
        {
          snapshotId: String(snapshotId),
          before: { ...before, snapshotId: before.snapshotId === null ? null : String(before.snapshotId) },
        },
      ]),
    ),
  };
}

function decode({ name, document }: Journal): RebuildPlan {
  const { format, raw, replaced, ...plan } = document as unknown as {
    readonly format: unknown;
    readonly raw: { readonly id: string; readonly sequence: string } | null;
    readonly replaced: Readonly<
      Record<
        string,
        { snapshotId: string; before: Omit<TableState, 'snapshotId'> & { snapshotId: string | null } }
      >
    >;
  } & Omit<RebuildPlan, 'raw' | 'replaced'>;
  if (format !== FORMAT) {
    throw new CurateError(
      `the journal ${name} has format ${JSON.stringify(format)}, and this release knows ${FORMAT}: finish or abandon the rebuild with the release that began it`,
      { code: 'REBUILD_UNDER_WAY', context: { journal: name, format } },
    );
  }
  return {
    ...plan,
    // Journals of before had no such mark.
    cleared: plan.cleared ?? false,
    raw: raw === null ? null : { snapshotId: BigInt(raw.id), sequenceNumber: BigInt(raw.sequence) },
    replaced: Object.fromEntries(
      Object.entries(replaced).map(([table, { snapshotId, before }]) => [
        table,
        {
          snapshotId: BigInt(snapshotId),
          before: { ...before, snapshotId: before.snapshotId === null ? null : BigInt(before.snapshotId) },
        },
      ]),
    ),
  };
}

/** What is known of a rebuild from outside. */
export interface RebuildUnderWay {
  readonly generation: number;
  readonly contractVersion: string | null;
  readonly step: RebuildStep;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * The rebuild that a topic is in, whether somebody works on it or not; null for none.
 *
 * @example
 * if ((await rebuildUnderWay(state.journals, 'events')) !== null) throw new Error('finish or abandon it first');
 */
export async function rebuildUnderWay(
  journals: JournalStore,
  topic: string,
): Promise<RebuildUnderWay | null> {
  const journal = await RebuildJournal.open(journals, topic);
  if (journal === null) return null;
  const { generation, contractVersion, step, startedAt } = journal.plan;
  return { generation, contractVersion, step, startedAt };
}
