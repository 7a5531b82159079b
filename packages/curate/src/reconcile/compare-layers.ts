import { type Differences, type FoundViolations, Violations } from './differences.js';
import { readPair } from './layer-columns.js';
import { PART } from './layer-records.js';
import type { Oracle, OracleResult } from './oracle-versions.js';
import type { Records } from './records.js';
import { ShareKeys } from './share-keys.js';

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
  readonly raw: Records;
  readonly standardized: Records;
  readonly parseErrors: Records;
  /** As Curated read it; nothing for a topic without a contract. */
  readonly standardizedRead: Records;
  readonly curated: Records;
  readonly errors: Records;
}

/** Compares the layers key by key. */
export function compareShare(oracle: Oracle, rows: ShareRows, counts: LayerCounts, found: Found): void {
  const { raw, standardized, standardizedRead } = rows;
  const keys = new ShareKeys(Math.max(raw.count, standardized.count));
  const expected = oracle.result(raw, keys);
  counts.raw += expected.rows;
  counts.copies += expected.copies;
  counts.superseded += expected.superseded;
  counts.standardized += standardized.count;
  counts.parseErrors += rows.parseErrors.count;
  const standing: Layer = { records: standardized, keys: keys.numbers(standardized) };
  compareWinners({ raw, expected, keys, standing }, counts, found);
  counts.carried += compareMalformed(raw, expected, rows.parseErrors, found);
  counts.standardizedRead += standardizedRead.count;
  counts.curated += rows.curated.count;
  const isSame = standardizedRead === standardized;
  const read = isSame ? standing : { records: standardizedRead, keys: keys.numbers(standardizedRead) };
  counts.openErrors += compareCurated({ ...rows, read, keys }, found);
}

/** Records with the numbers of their keys. */
interface Layer {
  readonly records: Records;
  readonly keys: Uint32Array;
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
  {
    raw,
    expected: { winners },
    keys,
    standing: { records, keys: standing },
  }: { raw: Records; expected: OracleResult; keys: ShareKeys; standing: Layer },
  counts: LayerCounts,
  found: Found,
): void {
  const seen = new Uint8Array(keys.count);
  for (const [row, key] of standing.entries()) {
    const winner = winners[key];
    if (seen[key] === 1) found.doubled.add(keys.text(key));
    seen[key] = 1;
    if (isCarried(records, row)) countCarried({ raw, winner }, { records, row }, counts);
    else if (winner === undefined) found.extra.add(keys.text(key));
    else if (!records.equals(row, PART.version, raw, winner)) found.wrongVersion.add(keys.text(key));
    else if (!records.equals(row, PART.copy, raw, winner)) found.wrongCopy.add(keys.text(key));
  }
  for (const [key, winner] of winners.entries())
    if (winner !== undefined && seen[key] === 0) found.missing.add(keys.text(key));
}

/** Whether a rebuild took the row from the table that it replaced, because RAW had lost it. */
function isCarried(records: Records, row: number): boolean {
  return records.end(row, PART.carried) > records.start(row, PART.carried);
}

/** What RAW has of such a key stands behind the row: as copies of it, or as versions that it is newer than. */
function countCarried(
  { raw, winner }: { raw: Records; winner: number | undefined },
  { records, row }: { records: Records; row: number },
  counts: LayerCounts,
): void {
  counts.carried++;
  if (winner === undefined) return;
  if (records.equals(row, PART.version, raw, winner)) counts.copies++;
  else counts.superseded++;
}

/** Returns the number of carried rows. Two versions may differ in `publish_time` alone, so names are counted. */
function compareMalformed(raw: Records, { malformed }: OracleResult, rows: Records, found: Found): number {
  let carried = 0;
  const expected = new Map<string, Name>();
  for (const version of malformed) {
    const { name, text } = nameOf(raw, version);
    const known = expected.get(name);
    if (known === undefined) expected.set(name, { left: 1, text });
    else known.left++;
  }
  for (let row = 0; row < rows.count; row++) {
    const { name, text } = nameOf(rows, row);
    const known = expected.get(name);
    if (known !== undefined && known.left > 0) known.left--;
    else if (isCarried(rows, row)) carried++;
    else found.extraErrors.add(text());
  }
  for (const { left, text } of expected.values())
    for (let one = 0; one < left; one++) found.unlistedErrors.add(text());
  return carried;
}

interface Name {
  left: number;
  /** For people. */
  readonly text: () => string;
}

/** Merge key and version, told apart by where the key ends. */
function nameOf(records: Records, row: number): { name: string; text: () => string } {
  const key = records.name(row, PART.key);
  const version = records.name(row, PART.version);
  return {
    name: `${key.length}:${key}${version}`,
    text: () => {
      const { long, text } = readPair(records.view(row, PART.version));
      return `${records.view(row, PART.key).toString('utf8')} ${long} ${text.toString('utf8')}`;
    },
  };
}

/** Returns the number of open errors: failed versions that are current in Standardized and not in Curated. */
function compareCurated(
  { read, keys, curated, errors }: { read: Layer; keys: ShareKeys; curated: Records; errors: Records },
  found: Found,
): number {
  const governing = keys.numbers(curated);
  const failing = keys.numbers(errors);
  const current = new Int32Array(keys.count).fill(NONE);
  for (const [row, key] of read.keys.entries()) current[key] = row;
  const governed = new Int32Array(keys.count).fill(NONE);
  for (const [row, key] of governing.entries()) {
    if (governed[key] !== NONE) found.doubledCurated.add(keys.text(key));
    governed[key] = row;
    const version = current[key]!;
    if (version === NONE) found.strayCurated.add(keys.text(key));
    else if (!curated.equals(row, PART.version, read.records, version))
      found.staleCurated.add(keys.text(key));
  }
  const isGoverned = (key: number): boolean =>
    governed[key] !== NONE && curated.equals(governed[key]!, PART.version, read.records, current[key]!);
  const open = new Uint8Array(keys.count);
  let openErrors = 0;
  for (const [row, key] of failing.entries()) {
    if (open[key] === 1 || current[key] === NONE || isGoverned(key)) continue;
    if (!errors.equals(row, PART.version, read.records, current[key]!)) continue;
    open[key] = 1;
    openErrors++;
  }
  for (let key = 0; key < keys.count; key++)
    if (current[key] !== NONE && open[key] === 0 && !isGoverned(key)) found.unaccounted.add(keys.text(key));
  return openErrors;
}

const NONE = -1;
