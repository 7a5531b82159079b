import { type FoundSoFar, type LayerCounts, NO_COUNTS } from './compare-layers.js';
import type { Scratch, Segment } from './dealt-rows.js';
import type { LoadedTables, Read, ReadUpTo, TopicSnapshots } from './topic-snapshots.js';

/** How far a reconciliation has come. */
export interface Progress {
  /** Names its folder. */
  readonly run: string;
  readonly turn: number;
  /** What it was begun for; another contract, or other tables, and it begins anew. */
  readonly basis: string;
  readonly read: ReadUpTo;
  readonly snapshots: TopicSnapshots;
  readonly shares: number;
  /** Data files of each read that are done; null where all are. */
  readonly filesDone: Readonly<Record<Read, number | null>>;
  readonly segments: Readonly<Record<Read, readonly Segment[]>>;
  readonly nextShare: number;
  readonly counts: Readonly<LayerCounts>;
  readonly found: FoundSoFar;
}

export function newProgress(
  run: string,
  start: Pick<Progress, 'basis' | 'read' | 'snapshots' | 'shares'>,
): Progress {
  return {
    run,
    turn: 0,
    ...start,
    filesDone: { raw: 0, standardized: 0, standardizedRead: 0, parseErrors: 0, curated: 0, errors: 0 },
    segments: {
      raw: [],
      standardized: [],
      standardizedRead: [],
      parseErrors: [],
      curated: [],
      errors: [],
    },
    nextShare: 0,
    counts: NO_COUNTS,
    found: {},
  };
}

/** Of the documents and segments that a turn leaves to the next, which may be of a newer release. */
const FORMAT = 2;

/** What a progress holds for: the tables, as they were made, and the contract. */
export function basisOf(tables: LoadedTables, contract: unknown): string {
  return JSON.stringify([FORMAT, Object.values(tables).map((table) => table?.uuid ?? null), contract]);
}

/** Whether the tables still have all the snapshots that are looked at. */
export function isStillThere(
  tables: LoadedTables,
  { raw, standardizedRead, ...others }: TopicSnapshots,
): boolean {
  const has = (table: keyof LoadedTables, snapshotId: bigint | null): boolean =>
    snapshotId === null ||
    tables[table]?.snapshots().some((known) => known.snapshotId === snapshotId) === true;
  return (
    has('raw', raw) &&
    has('standardized', standardizedRead) &&
    Object.entries(others).every(([table, id]) => has(table as keyof LoadedTables, id))
  );
}

/** Keeps a progress for the next turn. Gives what the next turn is called with. */
export async function keepProgress(scratch: Scratch, progress: Progress): Promise<string> {
  const cursor = `${progress.run}/${progress.turn}`;
  await scratch.storage.write(`${scratch.location}/${cursor}.json`, Buffer.from(encode(progress), 'utf8'));
  return cursor;
}

const CURSOR = /^[0-9a-f-]{36}\/\d{1,6}$/;

/** What {@link keepProgress} kept; null where it is gone. */
export async function readProgress({ storage, location }: Scratch, cursor: string): Promise<Progress | null> {
  const path = `${location}/${cursor}.json`;
  if (!CURSOR.test(cursor) || (await storage.stat(path)) === null) return null;
  return decode(Buffer.from(await storage.read(path)).toString('utf8'));
}

/** Deletes all that a reconciliation has kept. */
export async function forget(
  { storage, location }: Scratch,
  { run, turn, segments }: Progress,
): Promise<void> {
  const paths = Object.values(segments).flatMap((some) => some.map(({ path }) => path));
  for (let past = 1; past <= turn; past++) paths.push(`${location}/${run}/${past}.json`);
  if (paths.length > 0) await storage.delete(paths);
}

function encode(progress: Progress): string {
  return JSON.stringify(progress, (_, value: unknown) =>
    typeof value === 'bigint' ? { '#': value.toString() } : value,
  );
}

function decode(text: string): Progress {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '#' in value ? BigInt(String(value['#'])) : value,
  ) as Progress;
}
