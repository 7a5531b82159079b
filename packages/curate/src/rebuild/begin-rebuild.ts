import { silentLogger } from '@lean-ops/core';
import { loadIfExists, type Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { checkRawTable } from '../tables/check-schema.js';
import { tableName, topicTables } from '../tables/names.js';
import { FIRST_GENERATION, KEYS } from '../tables/properties.js';
import { compileContract } from '../validate/compiled-contract.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { isWhole, type RawGap, rawGap, readReach } from './raw-reach.js';
import { RebuildJournal, type RebuildPlan } from './rebuild-journal.js';
import { REBUILT_TABLES, type RebuildOptions } from './rebuild-types.js';

/**
 * The journal of the rebuild of a topic that is under way, or of one that begins now: what it will be made from is decided, and
 * no table was changed yet.
 *
 * @throws {CurateError} `REBUILD_UNDER_WAY`, `RAW_GAP`, and what the contract or the lease is refused for.
 */
export async function openOrBegin(options: RebuildOptions): Promise<RebuildJournal> {
  const { journals, topic, contract } = options;
  const begun = await RebuildJournal.open(journals, topic);
  if (begun === null) return await begin(options);
  const { contractVersion, step, generation } = begun.plan;
  if (step === 'abandon')
    throw underWay(topic, `rebuild ${generation} is being abandoned: finish that first`);
  if (contractVersion === (contract?.version ?? null)) return begun;
  throw underWay(
    topic,
    `rebuild ${generation} under contract ${contractVersion ?? '(none)'} is under way, and this is one under ${contract?.version ?? '(none)'}: finish the first, or abandon it`,
  );
}

function underWay(topic: string, message: string): CurateError {
  return new CurateError(`topic ${topic}: ${message}`, { code: 'REBUILD_UNDER_WAY', context: { topic } });
}

async function begin(options: RebuildOptions): Promise<RebuildJournal> {
  const { catalog, topic, contract, names, fencingToken, clock, random, journals, signal } = options;
  const { acceptRawGap = false, logger = silentLogger, hooks, maskingKey } = options;
  const tables = topicTables(topic, names);
  // What is wrong with it would else be found when all of RAW has been read.
  if (contract !== null) compileContract(contract, [], { maskingKey });
  const raw = await loadIfExists(catalog, tables.raw);
  const head = raw?.currentSnapshot() ?? null;
  if (raw !== null) checkRawTable(raw, head);
  let generation = Number(FIRST_GENERATION);
  for (const name of REBUILT_TABLES) {
    const table = await loadIfExists(catalog, tables[name]);
    if (table === null) continue;
    refuseLowerToken(table, fencingToken);
    generation = Math.max(generation, Number(table.properties[KEYS.generation] ?? FIRST_GENERATION));
    if (head === null && table.currentSnapshot() !== null) throw nothingInRaw(topic, table);
  }
  const made: Table[] = [];
  for (const name of ['standardized', 'parseErrors'] as const) {
    const table = await loadIfExists(catalog, tables[name]);
    if (table !== null && table.currentSnapshot() !== null) made.push(table);
  }
  let gap: RawGap | null = null;
  if (made.length > 0 && raw !== null && head !== null && !isWhole(raw, head.snapshotId)) {
    gap = await rawGap(made, await readReach(raw, head.snapshotId, signal), signal);
  }
  if (gap !== null && !acceptRawGap) throw gapRefused(topic, gap);
  if (gap !== null) logger.warn('RAW does not reach back: rows are carried over', { topic, ...gap });
  const plan: RebuildPlan = {
    generation: generation + 1,
    folder: `rebuild-${generation + 1}-${random.uuid().slice(0, 8)}`,
    contractVersion: contract?.version ?? null,
    raw: head === null ? null : { snapshotId: head.snapshotId, sequenceNumber: head.sequenceNumber },
    step: 'standardize',
    startedAt: clock.now(),
    created: [],
    replaced: {},
    carries: gap !== null,
    carried: 0,
    rows: {},
    auditCursor: null,
    cleared: false,
  };
  const journal = await RebuildJournal.begin(journals, topic, plan);
  await hooks?.at?.('rebuild:begun');
  return journal;
}

function nothingInRaw(topic: string, table: Table): CurateError {
  return new CurateError(
    `RAW of ${topic} holds nothing, and ${tableName(table.identifier)} was written before: a rebuild would lose its rows`,
    { code: 'RAW_GAP', context: { topic, table: tableName(table.identifier) } },
  );
}

function gapRefused(topic: string, { rows, oldest, newest, samples }: RawGap): CurateError {
  const day = (instant: bigint): string => new Date(Number(instant / 1000n)).toISOString().slice(0, 10);
  return new CurateError(
    `RAW of ${topic} does not have ${rows} rows any more that Standardized was made of (ingested ${day(oldest)} to ${day(newest)}; keys ${samples.slice(0, 3).join(', ')}): a rebuild from RAW alone would lose them. Accept the gap, and they are carried over from the old Standardized as they are there`,
    { code: 'RAW_GAP', context: { topic, rows, oldest, newest, samples } },
  );
}
