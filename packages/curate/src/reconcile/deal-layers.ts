import type { FileScanTask, Table } from '@lean-ops/iceberg';
import { DealtRows, type Scratch } from './dealt-rows.js';
import type { OracleRow } from './oracle-order.js';
import type { CopyReader, OracleCopy } from './oracle-versions.js';
import type { Progress } from './progress.js';
import { forEachRow } from './raw-rows.js';
import { type LoadedTables, READS, type Read } from './topic-snapshots.js';
import type { TurnTime } from './turn-time.js';

const IDENTITY = ['_merge_key', 'message_id', '_payload_hash', 'ingestion_ts', 'sqs_message_id'];
/** Besides, whether a rebuild carried the row over. */
const SOURCED = [...IDENTITY, '_source_snapshot_id'];
const COPY: readonly (keyof OracleCopy)[] = [
  'identity',
  'mergeKey',
  'messageId',
  'payloadHash',
  'order',
  'ingestion',
  'sqsMessageId',
  'publishTimeSource',
];
/** Rows between two looks at the clock, where files are small. */
const STEP_ROWS = 100_000;

/** What the tables have, dealt by merge key. */
export type Dealt = { readonly [Each in Read]: DealtRows<Each extends 'raw' ? OracleCopy : OracleRow> };

export interface DealOptions {
  readonly tables: LoadedTables;
  readonly reader: CopyReader;
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
  for (const read of READS) {
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
  return { dealt, progress: { ...before, filesDone } };
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
  const rows = <Row extends object>(read: Read, fields: readonly (keyof Row & string)[]): DealtRows<Row> =>
    new DealtRows<Row>({
      fields,
      shares,
      scratch,
      newName: () => `${run}/${read}-${newName()}`,
      segments: segments[read],
    });
  return {
    raw: rows('raw', COPY),
    standardized: rows('standardized', SOURCED),
    standardizedRead: rows('standardizedRead', IDENTITY),
    parseErrors: rows('parseErrors', SOURCED),
    curated: rows('curated', IDENTITY),
    errors: rows('errors', IDENTITY),
  };
}

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
  if (read === 'raw') {
    const { reader } = options;
    await forEachRow(table, { snapshotId, columns: reader.columns, files }, (row) => {
      const copy = reader.read(row);
      dealt.raw.add(copy.mergeKey, copy);
    });
  } else {
    const columns = read === 'standardized' || read === 'parseErrors' ? SOURCED : IDENTITY;
    await forEachRow(table, { snapshotId, columns, files }, (row) =>
      dealt[read].add(row['_merge_key'] as string, row),
    );
  }
  await dealt[read].relieve();
}
