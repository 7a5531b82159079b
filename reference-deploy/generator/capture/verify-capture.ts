import type { LayerNames } from '@lean-ops/curate';
import { FAULT_CLASSES, type FaultClass } from '../fault-class.js';
import type { Expectation, GroundTruthRecord } from '../ground-truth.js';
import {
  driftKey,
  type EvidenceOfTopic,
  type EvidenceSources,
  evidenceOf,
  type FoundRow,
  parseErrorKey,
  type QuarantineEvidence,
  quarantineEvidence,
} from './evidence.js';
import { wantedBy } from './wanted.js';

export interface CaptureOptions extends Omit<EvidenceSources, 'names'> {
  /** Read twice: once for what to look for, once to compare. */
  readonly groundTruth: Iterable<GroundTruthRecord>;
  readonly names?: Partial<LayerNames>;
  /** RAW may hold a message more often than it was sent, as where a queue delivers at least once. Default `false`. */
  readonly atLeastOnce?: boolean;
}

/** How much of one fault class was found where it belongs. */
export interface ClassCapture {
  readonly class: FaultClass;
  readonly injected: number;
  readonly captured: number;
  /** The places where the class belongs. */
  readonly where: string;
  /** Up to ten faults that were not found, with the first thing that is wrong about each. */
  readonly missed: readonly { readonly topic: string; readonly id: string; readonly reason: string }[];
}

type Evidence = EvidenceOfTopic & { readonly quarantine: ReadonlyMap<string, readonly QuarantineEvidence[]> };

const MISSED_SAMPLES = 10;
const PLACES: Readonly<Record<Expectation['at'], string>> = {
  quarantine: 'quarantine',
  raw: 'raw',
  'parse-errors': 'parse errors',
  standardized: 'standardized',
  curated: 'curated',
  errors: 'open errors',
  'drift-log': 'drift log',
};

/**
 * Looks for every injected fault where it belongs: in the tables, read back through the catalog, in the tracker, and
 * in the archive. A fault is captured when all its expectations hold, exactly; the result is sorted as the classes are
 * declared, without those of which nothing was injected.
 *
 * @example
 * const results = await verifyCapture({ groundTruth: stream.groundTruth, catalog, tracker: state.errors, archive });
 * const lost = results.filter(({ injected, captured }) => captured < injected);
 */
export async function verifyCapture({
  groundTruth,
  names = {},
  atLeastOnce = false,
  ...sources
}: CaptureOptions): Promise<ClassCapture[]> {
  const { raw = 'raw', standardized = 'standardized', curated = 'curated', ops = 'ops' } = names;
  const complete = { ...sources, names: { raw, standardized, curated, ops } };
  const wanted = wantedBy(groundTruth);
  const quarantine = await quarantineEvidence(wanted, complete);
  const evidence = new Map<string, Evidence>();
  for (const [topic, asked] of wanted.topics) {
    evidence.set(topic, { ...(await evidenceOf(topic, asked, complete)), quarantine });
  }
  return compare(groundTruth, evidence, atLeastOnce);
}

function compare(
  groundTruth: Iterable<GroundTruthRecord>,
  evidence: ReadonlyMap<string, Evidence>,
  atLeastOnce: boolean,
): ClassCapture[] {
  const tallies = new Map<FaultClass, Tally>();
  for (const record of groundTruth) {
    const tally = tallies.get(record.faultClass) ?? new Tally();
    tallies.set(record.faultClass, tally);
    tally.add(record, faultIn(record, evidence.get(record.topic), atLeastOnce));
  }
  return FAULT_CLASSES.flatMap((faultClass) => {
    const tally = tallies.get(faultClass);
    return tally === undefined ? [] : [tally.result(faultClass)];
  });
}

class Tally {
  #injected = 0;
  #captured = 0;
  readonly #places = new Set<string>();
  readonly #missed: { topic: string; id: string; reason: string }[] = [];

  add({ topic, id, expect }: GroundTruthRecord, reason: string | null): void {
    this.#injected += 1;
    for (const expectation of expect) if (isPlace(expectation)) this.#places.add(PLACES[expectation.at]);
    if (reason === null) this.#captured += 1;
    else if (this.#missed.length < MISSED_SAMPLES) this.#missed.push({ topic, id, reason });
  }

  result(faultClass: FaultClass): ClassCapture {
    return {
      class: faultClass,
      injected: this.#injected,
      captured: this.#captured,
      where: Object.values(PLACES)
        .filter((place) => this.#places.has(place))
        .join(', '),
      missed: this.#missed,
    };
  }
}

/** An expectation that something is not there names no place. */
function isPlace(expectation: Expectation): boolean {
  if (expectation.at === 'standardized' || expectation.at === 'curated') return expectation.values !== null;
  return expectation.at !== 'errors' || expectation.failure !== null;
}

/** The first thing that is wrong about a fault's traces; null when all are where they belong. */
function faultIn(
  record: GroundTruthRecord,
  evidence: Evidence | undefined,
  atLeastOnce: boolean,
): string | null {
  if (evidence === undefined) return `nothing is known of topic ${record.topic}`;
  for (const expectation of record.expect) {
    const fault = faultOf(expectation, record.topic, evidence, atLeastOnce);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOf(
  expectation: Expectation,
  topic: string,
  evidence: Evidence,
  atLeastOnce: boolean,
): string | null {
  switch (expectation.at) {
    case 'raw': {
      const { sqsMessageId, rows } = expectation;
      const found = evidence.raw.get(sqsMessageId) ?? 0;
      const counts = atLeastOnce && found > rows ? rows : found;
      return counted(`rows in RAW of ${sqsMessageId}`, counts, rows);
    }
    case 'quarantine': {
      const { sqsMessageId, bodySha256 } = expectation;
      const found = evidence.quarantine.get(sqsMessageId) ?? [];
      if (!found.some((one) => one.topic === topic && one.bodySha256 === bodySha256)) {
        return `${sqsMessageId} is not in quarantine, whole, under topic ${topic}`;
      }
      return counted(`rows in RAW of ${sqsMessageId}`, evidence.raw.get(sqsMessageId), 0);
    }
    case 'parse-errors': {
      const key = parseErrorKey(expectation.messageId, expectation.payloadSha256);
      return counted(`parse errors of ${key}`, evidence.parseErrors.get(key), 1);
    }
    case 'standardized':
      return rowFault('Standardized', expectation.mergeKey, evidence.standardized, expectation.values);
    case 'curated':
      return rowFault('Curated', expectation.mergeKey, evidence.curated, expectation.values);
    case 'errors': {
      const { mergeKey, failure } = expectation;
      const found = evidence.errors.get(mergeKey) ?? [];
      const fault = counted(`open errors of ${mergeKey}`, found.length, failure === null ? 0 : 1);
      if (fault !== null || failure === null) return fault;
      const [error] = found;
      if (error?.messageId !== failure.messageId)
        return `the open error of ${mergeKey} is of message ${error?.messageId}`;
      return error.columns.has(failure.column)
        ? null
        : `the open error of ${mergeKey} does not name ${failure.column}`;
    }
    case 'drift-log': {
      const key = driftKey(expectation.kind, expectation.path);
      return evidence.drift.has(key) ? null : `the drift log has no ${key}`;
    }
  }
}

function rowFault(
  table: string,
  mergeKey: string,
  rows: ReadonlyMap<string, FoundRow>,
  expected: Readonly<Record<string, string | null>> | null,
): string | null {
  const found = rows.get(mergeKey);
  const fault = counted(`rows in ${table} of ${mergeKey}`, found?.rows, expected === null ? 0 : 1);
  if (fault !== null || expected === null) return fault;
  for (const [name, value] of Object.entries(expected)) {
    const actual = found?.values.get(name) ?? null;
    if (actual !== value) {
      return `${name} of ${mergeKey} in ${table} is ${JSON.stringify(actual)}, not ${JSON.stringify(value)}`;
    }
  }
  return null;
}

function counted(what: string, actual: number | undefined, expected: number): string | null {
  return (actual ?? 0) === expected ? null : `${what}: ${actual ?? 0}, not ${expected}`;
}
