import type { TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { loadPayloadHash } from '../payload-hash.js';
import type { Watermark } from '../watermark/watermark.js';
import { type Differences, Violations } from './differences.js';
import type { OracleRow } from './oracle-order.js';
import { Oracle, type OracleResult, type OracleVersion, oracleKey, parsePayload } from './oracle-versions.js';
import { oracleRows, type RowFilter } from './raw-rows.js';
import type { LoadedTables } from './reconcile.js';

/** Every term of the layers' equations, counted by itself. */
export interface LayerCounts {
  readonly raw: number;
  readonly copies: number;
  readonly superseded: number;
  /** Rows of the parse-error table. */
  readonly parseErrors: number;
  /** Rows of Standardized now. */
  readonly standardized: number;
  /** Rows of Standardized when Curated last read it. */
  readonly standardizedRead: number;
  readonly curated: number;
  readonly openErrors: number;
}

export interface CompareOptions {
  readonly contract: TopicContract | null;
  readonly rawRead: Watermark | null;
  readonly standardizedRead: Watermark | null;
  readonly differences: Differences;
  readonly rowsPerPass: number;
}

type Counts = { -readonly [Name in keyof LayerCounts]: LayerCounts[Name] };

const IDENTITY = ['_merge_key', 'message_id', '_payload_hash', 'ingestion_ts', 'sqs_message_id'];

/** Compares the layers key by key, one share of the keys at a time. */
export async function compareLayers(tables: LoadedTables, options: CompareOptions): Promise<LayerCounts> {
  const { differences, contract, rawRead, standardizedRead, rowsPerPass } = options;
  const counts: Counts = {
    raw: 0,
    copies: 0,
    superseded: 0,
    parseErrors: 0,
    standardized: 0,
    standardizedRead: 0,
    curated: 0,
    openErrors: 0,
  };
  const rawSnapshot = rawRead === null ? null : snapshotOrHead(tables.raw, rawRead);
  const standardizedSnapshot =
    standardizedRead === null ? null : snapshotOrHead(tables.standardized, standardizedRead);
  const rows = rawSnapshot === null ? 0 : await tables.raw!.scan({ snapshotId: rawSnapshot }).count();
  const passes = Math.max(1, Math.ceil(rows / rowsPerPass));
  const found = new Found();
  const payloadHash = await loadPayloadHash();
  for (let pass = 0; pass < passes; pass++) {
    const share: Share = { passes, pass };
    const oracle = new Oracle(contract, payloadHash);
    if (tables.raw !== null) await judgeRaw(oracle, tables.raw, rawSnapshot, { contract, share });
    const expected = oracle.result();
    counts.raw += expected.rows;
    counts.copies += expected.copies;
    counts.superseded += expected.superseded;
    const standardized = await identities(tables.standardized, headOf(tables.standardized), share);
    counts.standardized += compareWinners(expected, standardized, found);
    const parseErrors = await identities(tables.parseErrors, headOf(tables.parseErrors), share);
    counts.parseErrors += compareMalformed(expected, parseErrors, found);
    if (contract === null) continue;
    const read = await identities(tables.standardized, standardizedSnapshot, share);
    const curated = await identities(tables.curated, headOf(tables.curated), share);
    const errors = await identities(tables.errors, headOf(tables.errors), share);
    counts.standardizedRead += read.length;
    counts.curated += curated.length;
    counts.openErrors += compareCurated({ read, curated, errors }, found);
  }
  found.report(differences);
  return counts;
}

interface Share {
  readonly passes: number;
  readonly pass: number;
}

function isIn({ passes, pass }: Share, mergeKey: string): boolean {
  if (passes === 1) return true;
  let sum = 7;
  for (let at = 0; at < mergeKey.length; at++) sum = (Math.imul(sum, 31) + mergeKey.charCodeAt(at)) >>> 0;
  return sum % passes === pass;
}

/** A watermark's snapshot while the source has it, else what the source holds now. */
function snapshotOrHead(source: Table | null, watermark: Watermark): bigint | null {
  const kept = source?.snapshots().some(({ snapshotId }) => snapshotId === watermark.snapshotId);
  return kept === true ? watermark.snapshotId : headOf(source);
}

function headOf(table: Table | null): bigint | null {
  return table?.currentSnapshot()?.snapshotId ?? null;
}

async function judgeRaw(
  oracle: Oracle,
  raw: Table,
  snapshotId: bigint | null,
  { contract, share }: { contract: TopicContract | null; share: Share },
): Promise<void> {
  const keyOf = oracleKey(contract);
  const keyNeedsPayload = contract?.key?.startsWith('$') === true;
  const wanted: RowFilter | undefined =
    share.passes === 1 || keyNeedsPayload ? undefined : (row) => isIn(share, keyOf(row, null));
  for await (const row of oracleRows(raw, snapshotId, { wanted })) {
    const payload = parsePayload(row['json_payload'] as string);
    const mergeKey = keyOf(row, payload);
    if (isIn(share, mergeKey)) oracle.add(row, mergeKey, payload);
  }
}

/** Rows of a share, by what names their version. */
async function identities(
  table: Table | null,
  snapshotId: bigint | null,
  share: Share,
): Promise<OracleRow[]> {
  const rows: OracleRow[] = [];
  if (table === null) return rows;
  const wanted: RowFilter | undefined =
    share.passes === 1 ? undefined : (row) => isIn(share, row['_merge_key'] as string);
  for await (const row of oracleRows(table, snapshotId, { columns: IDENTITY, wanted })) rows.push(row);
  return rows;
}

/** Everything that was found wrong, rule by rule. */
class Found {
  readonly missing = new Violations();
  readonly extra = new Violations();
  readonly doubled = new Violations();
  readonly wrongVersion = new Violations();
  readonly wrongCopy = new Violations();
  readonly unlistedErrors = new Violations();
  readonly extraErrors = new Violations();
  readonly unaccounted = new Violations();
  readonly strayCurated = new Violations();
  readonly staleCurated = new Violations();
  readonly doubledCurated = new Violations();

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

/** Returns the number of rows. */
function compareWinners({ winners }: OracleResult, rows: readonly OracleRow[], found: Found): number {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = row['_merge_key'] as string;
    const winner = winners.get(key);
    if (seen.has(key)) found.doubled.add(key);
    seen.add(key);
    if (winner === undefined) found.extra.add(key);
    else if (versionOf(row) !== versionText(winner)) found.wrongVersion.add(key);
    else if (row['ingestion_ts'] !== winner.ingestion || row['sqs_message_id'] !== winner.sqsMessageId) {
      found.wrongCopy.add(key);
    }
  }
  for (const key of winners.keys()) if (!seen.has(key)) found.missing.add(key);
  return rows.length;
}

/** Returns the number of rows. Two versions may differ in `publish_time` alone, so names are counted. */
function compareMalformed({ malformed }: OracleResult, rows: readonly OracleRow[], found: Found): number {
  const expected = new Map<string, number>();
  for (const version of malformed) {
    const name = `${version.mergeKey} ${versionText(version)}`;
    expected.set(name, (expected.get(name) ?? 0) + 1);
  }
  for (const row of rows) {
    const name = `${row['_merge_key']} ${versionOf(row)}`;
    const left = expected.get(name) ?? 0;
    if (left === 0) found.extraErrors.add(name);
    else expected.set(name, left - 1);
  }
  for (const [name, left] of expected) for (let one = 0; one < left; one++) found.unlistedErrors.add(name);
  return rows.length;
}

interface CuratedShare {
  readonly read: readonly OracleRow[];
  readonly curated: readonly OracleRow[];
  readonly errors: readonly OracleRow[];
}

/** Returns the number of open errors: failed versions that are current in Standardized and not in Curated. */
function compareCurated({ read, curated, errors }: CuratedShare, found: Found): number {
  const current = new Map(read.map((row) => [row['_merge_key'] as string, versionOf(row)]));
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
