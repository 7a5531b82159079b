import { CARRIED_OVER } from '../tables/carried-over.js';
import { type Differences, type FoundViolations, Violations } from './differences.js';
import type { OracleRow } from './oracle-order.js';
import { Oracle, type OracleCopy, type OracleResult, type OracleVersion } from './oracle-versions.js';

/** Every term of the layers' equations, counted by itself. */
export interface LayerCounts {
  raw: number;
  /** Versions that a rebuild carried over, of which RAW has nothing. */
  carried: number;
  copies: number;
  superseded: number;
  /** Rows of the parse-error table. */
  parseErrors: number;
  /** Rows of Standardized now. */
  standardized: number;
  /** Rows of Standardized when Curated last read it. */
  standardizedRead: number;
  curated: number;
  openErrors: number;
}

export const NO_COUNTS: Readonly<LayerCounts> = {
  raw: 0,
  carried: 0,
  copies: 0,
  superseded: 0,
  parseErrors: 0,
  standardized: 0,
  standardizedRead: 0,
  curated: 0,
  openErrors: 0,
};

/** What the tables have of one share of the keys. */
export interface ShareRows {
  readonly raw: readonly OracleCopy[];
  readonly standardized: readonly OracleRow[];
  readonly parseErrors: readonly OracleRow[];
  /** As Curated read it; nothing for a topic without a contract. */
  readonly standardizedRead: readonly OracleRow[];
  readonly curated: readonly OracleRow[];
  readonly errors: readonly OracleRow[];
}

/** Compares the layers key by key. */
export function compareShare(rows: ShareRows, counts: LayerCounts, found: Found): void {
  const oracle = new Oracle();
  for (const copy of rows.raw) oracle.add(copy);
  const expected = oracle.result();
  counts.raw += expected.rows;
  counts.copies += expected.copies;
  counts.superseded += expected.superseded;
  counts.standardized += rows.standardized.length;
  counts.parseErrors += rows.parseErrors.length;
  compareWinners(expected, rows.standardized, counts, found);
  counts.carried += compareMalformed(expected, rows.parseErrors, found);
  counts.standardizedRead += rows.standardizedRead.length;
  counts.curated += rows.curated.length;
  counts.openErrors += compareCurated(rows, found);
}

/** {@link Found} as JSON. */
export type FoundSoFar = { readonly [Rule in Exclude<keyof Found, 'report'>]?: FoundViolations };

/** Everything that was found wrong, rule by rule. */
export class Found {
  readonly missing: Violations;
  readonly extra: Violations;
  readonly doubled: Violations;
  readonly wrongVersion: Violations;
  readonly wrongCopy: Violations;
  readonly unlistedErrors: Violations;
  readonly extraErrors: Violations;
  readonly unaccounted: Violations;
  readonly strayCurated: Violations;
  readonly staleCurated: Violations;
  readonly doubledCurated: Violations;

  /** Goes on from what another turn found. */
  constructor(before: FoundSoFar = {}) {
    this.missing = new Violations(before.missing);
    this.extra = new Violations(before.extra);
    this.doubled = new Violations(before.doubled);
    this.wrongVersion = new Violations(before.wrongVersion);
    this.wrongCopy = new Violations(before.wrongCopy);
    this.unlistedErrors = new Violations(before.unlistedErrors);
    this.extraErrors = new Violations(before.extraErrors);
    this.unaccounted = new Violations(before.unaccounted);
    this.strayCurated = new Violations(before.strayCurated);
    this.staleCurated = new Violations(before.staleCurated);
    this.doubledCurated = new Violations(before.doubledCurated);
  }

  report(differences: Differences): void {
    const winners = 'standardized = newest version of each key in RAW';
    const errors = 'parse_errors = distinct malformed messages of RAW';
    const layers = 'standardized = curated + open_errors, by merge key';
    const rules: [string, Violations, string][] = [
      [winners, this.missing, 'keys of RAW are missing from Standardized'],
      [winners, this.extra, 'keys of Standardized are not in RAW'],
      [winners, this.doubled, 'keys have more than one row in Standardized'],
      [winners, this.wrongVersion, 'keys show a version that is not the newest'],
      [winners, this.wrongCopy, 'keys show a copy that is not the first'],
      [errors, this.unlistedErrors, 'malformed messages are not in the parse-error table'],
      [errors, this.extraErrors, 'rows of the parse-error table are no malformed message of RAW, or doubled'],
      [layers, this.unaccounted, 'keys are neither in Curated nor an open error'],
      [layers, this.strayCurated, 'keys of Curated are not in Standardized'],
      [layers, this.staleCurated, 'keys show a superseded version in Curated'],
      [layers, this.doubledCurated, 'keys have more than one row in Curated'],
    ];
    for (const [equation, { count, samples }, what] of rules) {
      if (count > 0)
        differences.add({ equation, left: count, right: 0, detail: `${count} ${what}`, samples });
    }
  }
}

function compareWinners(
  { winners }: OracleResult,
  rows: readonly OracleRow[],
  counts: LayerCounts,
  found: Found,
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = row['_merge_key'] as string;
    const winner = winners.get(key);
    if (seen.has(key)) found.doubled.add(key);
    seen.add(key);
    if (isCarried(row)) countCarried(row, winner, counts);
    else if (winner === undefined) found.extra.add(key);
    else if (versionOf(row) !== versionText(winner)) found.wrongVersion.add(key);
    else if (row['ingestion_ts'] !== winner.ingestion || row['sqs_message_id'] !== winner.sqsMessageId) {
      found.wrongCopy.add(key);
    }
  }
  for (const key of winners.keys()) if (!seen.has(key)) found.missing.add(key);
}

/** Whether a rebuild took the row from the table that it replaced, because RAW had lost it. */
function isCarried(row: OracleRow): boolean {
  return row['_source_snapshot_id'] === CARRIED_OVER;
}

/** What RAW has of such a key stands behind the row: as copies of it, or as versions that it is newer than. */
function countCarried(row: OracleRow, winner: OracleVersion | undefined, counts: LayerCounts): void {
  counts.carried++;
  if (winner === undefined) return;
  if (versionOf(row) === versionText(winner)) counts.copies++;
  else counts.superseded++;
}

/** Returns the number of carried rows. Two versions may differ in `publish_time` alone, so names are counted. */
function compareMalformed({ malformed }: OracleResult, rows: readonly OracleRow[], found: Found): number {
  let carried = 0;
  const expected = new Map<string, number>();
  for (const version of malformed) {
    const name = `${version.mergeKey} ${versionText(version)}`;
    expected.set(name, (expected.get(name) ?? 0) + 1);
  }
  for (const row of rows) {
    const name = `${row['_merge_key']} ${versionOf(row)}`;
    const left = expected.get(name) ?? 0;
    if (left > 0) expected.set(name, left - 1);
    else if (isCarried(row)) carried++;
    else found.extraErrors.add(name);
  }
  for (const [name, left] of expected) for (let one = 0; one < left; one++) found.unlistedErrors.add(name);
  return carried;
}

/** Returns the number of open errors: failed versions that are current in Standardized and not in Curated. */
function compareCurated({ standardizedRead, curated, errors }: Omit<ShareRows, 'raw'>, found: Found): number {
  const current = new Map(standardizedRead.map((row) => [row['_merge_key'] as string, versionOf(row)]));
  const governed = new Map<string, string>();
  for (const row of curated) {
    const key = row['_merge_key'] as string;
    if (governed.has(key)) found.doubledCurated.add(key);
    governed.set(key, versionOf(row));
    const version = current.get(key);
    if (version === undefined) found.strayCurated.add(key);
    else if (version !== versionOf(row)) found.staleCurated.add(key);
  }
  const open = new Set<string>();
  for (const row of errors) {
    const key = row['_merge_key'] as string;
    if (current.get(key) === versionOf(row) && governed.get(key) !== versionOf(row)) open.add(key);
  }
  for (const [key, version] of current) {
    if (governed.get(key) !== version && !open.has(key)) found.unaccounted.add(key);
  }
  return open.size;
}

function versionOf(row: OracleRow): string {
  return `${row['_payload_hash']} ${row['message_id']}`;
}

function versionText({ payloadHash, messageId }: OracleVersion): string {
  return `${payloadHash} ${messageId}`;
}
