import type { FileScanTask, Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import type { CopyPool } from './copy-pool.js';
import { DealtRows, type Scratch } from './dealt-rows.js';
import { type LayerColumns, layerColumns } from './layer-columns.js';
import { IDENTITY_COLUMNS, layerRecords, partsOf, RAW_PARTS, SOURCED_COLUMNS } from './layer-records.js';
import type { Progress } from './progress.js';
import { type LoadedTables, READS, type Read } from './topic-snapshots.js';
import type { TurnTime } from './turn-time.js';

/** Rows between two looks at the clock, where files are small. */
const STEP_ROWS = 100_000;

/** What the tables have, dealt by merge key. */
export type Dealt = Readonly<Record<Read, DealtRows>>;

export interface DealOptions {
  readonly tables: LoadedTables;
  readonly pool: CopyPool;
  readonly scratch: Scratch | null;
  readonly time: TurnTime;
  readonly newName: () => string;
}

/**
 * Reads every table once, file by file, for as long as there is time. Gives what it has dealt, and the progress; the
 * rows of files that are not done are not in it.
 */
export async function dealLayers(
  before: Progress,
  options: DealOptions,
): Promise<{ dealt: Dealt; progress: Progress }> {
  const dealt = dealtSoFar(before, options);
  const filesDone = { ...before.filesDone };
  // RAW beside the others: its payloads are read by other threads, too, which should not wait while those are read.
  const tracks = [['raw'] as const, READS.filter((read) => read !== 'raw')];
  const ends = await Promise.allSettled(
    tracks.map((reads) => dealTables(reads, { before, options, dealt, filesDone })),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return { dealt, progress: { ...before, filesDone } };
}

interface DealState {
  readonly before: Progress;
  readonly options: DealOptions;
  readonly dealt: Dealt;
  readonly filesDone: Record<Read, number | null>;
}

/** Tables one after another, for as long as there is time. */
async function dealTables(
  reads: readonly Read[],
  { before, options, dealt, filesDone }: DealState,
): Promise<void> {
  for (const read of reads) {
    const table = tableOf(read, before, options.tables);
    if (table === null) filesDone[read] = null;
    if (filesDone[read] === null) continue;
    const files = await filesOf(table!, before.snapshots[read]!);
    while (filesDone[read] !== null && !options.time.isOver()) {
      const done: number = filesDone[read];
      const next = stepEnd(files, done);
      if (next > done) {
        const step = new Set(files.slice(done, next).map(({ dataFile }) => dataFile.file.filePath));
        await options.time.step(() =>
          readFiles(read, { table: table!, before, files: step, dealt, options }),
        );
      }
      filesDone[read] = next >= files.length ? null : next;
    }
  }
}

/** Whether every table has been read. */
export function isDealt({ filesDone }: Progress): boolean {
  return READS.every((read) => filesDone[read] === null);
}

/** Null where there is nothing to read: Standardized is not read twice where Curated has read all of it. */
function tableOf(read: Read, { snapshots }: Progress, tables: LoadedTables): Table | null {
  if (snapshots[read] === null) return null;
  if (read !== 'standardizedRead') return tables[read];
  return snapshots.standardizedRead === snapshots.standardized ? null : tables.standardized;
}

function dealtSoFar({ shares, segments, run }: Progress, { scratch, newName }: DealOptions): Dealt {
  const rows = (read: Read): DealtRows =>
    new DealtRows({
      parts: read === 'raw' ? RAW_PARTS : partsOf(COLUMNS[read]),
      shares,
      scratch,
      newName: () => `${run}/${read}-${newName()}`,
      segments: segments[read],
    });
  return {
    raw: rows('raw'),
    standardized: rows('standardized'),
    standardizedRead: rows('standardizedRead'),
    parseErrors: rows('parseErrors'),
    curated: rows('curated'),
    errors: rows('errors'),
  };
}

/** What is read of the tables behind RAW. */
const COLUMNS: Readonly<Record<Exclude<Read, 'raw'>, readonly string[]>> = {
  standardized: SOURCED_COLUMNS,
  standardizedRead: IDENTITY_COLUMNS,
  parseErrors: SOURCED_COLUMNS,
  curated: IDENTITY_COLUMNS,
  errors: IDENTITY_COLUMNS,
};

/** In one order, however often they are planned. */
async function filesOf(table: Table, snapshotId: bigint): Promise<FileScanTask[]> {
  const path = ({ dataFile }: FileScanTask): string => dataFile.file.filePath;
  const tasks = await table.scan({ snapshotId }).planFiles();
  return tasks.sort((left, right) => (path(left) < path(right) ? -1 : 1));
}

function stepEnd(files: readonly FileScanTask[], start: number): number {
  let rows = 0;
  let end = start;
  while (end < files.length && rows < STEP_ROWS) rows += Number(files[end++]!.dataFile.file.recordCount);
  return end;
}

interface FileStep {
  readonly table: Table;
  readonly before: Progress;
  readonly files: ReadonlySet<string>;
  readonly dealt: Dealt;
  readonly options: DealOptions;
}

async function readFiles(read: Read, { table, before, files, dealt, options }: FileStep): Promise<void> {
  const snapshotId = before.snapshots[read]!;
  const { pool } = options;
  const columns = read === 'raw' ? pool.columns : COLUMNS[read];
  const batches = columnsOf(table.scan({ columns, snapshotId, files }), columns);
  if (read === 'raw') await pool.read(batches, (records) => dealt.raw.add(records));
  else for await (const batch of batches) dealt[read].add(layerRecords(batch, columns));
  await dealt[read].relieve();
}

async function* columnsOf(
  batches: AsyncIterable<RecordBatch>,
  names: readonly string[],
): AsyncGenerator<LayerColumns> {
  for await (const batch of batches) yield layerColumns(batch, names);
}
