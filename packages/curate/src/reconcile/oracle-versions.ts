import type { TopicContract } from '@lean-ops/core';
import { readPair } from './layer-columns.js';
import { PART } from './layer-records.js';
import { compareOracle, type OracleOrder, type OracleOrderValue, oracleOrder } from './oracle-order.js';
import { isMalformed, readOrderPart } from './order-part.js';
import type { Records } from './records.js';
import type { ShareKeys } from './share-keys.js';

/** What RAW alone says a topic's tables must hold. Versions are told by the record of their least copy. */
export interface OracleResult {
  readonly rows: number;
  readonly copies: number;
  readonly superseded: number;
  /** The current version of each merge key that has one, by the number of the key. */
  readonly winners: readonly (number | undefined)[];
  readonly malformed: readonly number[];
}

/**
 * Two-stage dedup in its plainest form: maps of strings, and versions compared one with another. It is the yardstick that
 * the jobs are measured with, so it shares none of their dedup code.
 */
export class Oracle {
  readonly #readOrder: OracleOrder;

  constructor(contract: TopicContract | null) {
    this.#readOrder = oracleOrder(contract);
  }

  result(raw: Records, keys: ShareKeys): OracleResult {
    const keysOf = keys.numbers(raw);
    const records = leastCopies(raw, keysOf);
    const winners: (number | undefined)[] = [];
    /** Versions of keys that have several. */
    const rivals = new Map<number, number[]>();
    const malformed: number[] = [];
    for (const record of records) {
      const key = keysOf[record]!;
      if (isMalformed(raw.bytes[raw.start(record, PART.order)]!)) {
        malformed.push(record);
        continue;
      }
      const first = winners[key];
      if (first === undefined) winners[key] = record;
      else {
        const known = rivals.get(key);
        if (known === undefined) rivals.set(key, [first, record]);
        else known.push(record);
      }
    }
    let superseded = 0;
    for (const [key, list] of rivals) {
      superseded += list.length - 1;
      winners[key] = this.#newest(raw, list);
    }
    const rows = raw.count;
    return { rows, copies: rows - records.length, superseded, winners, malformed };
  }

  #newest(raw: Records, versions: readonly number[]): number {
    let best: OracleVersion | null = null;
    for (const record of versions) {
      const version = this.#versionOf(raw, record);
      if (best === null || compareVersions(version, best) > 0) best = version;
    }
    return best!.record;
  }

  #versionOf(raw: Records, record: number): OracleVersion {
    const { values, isFromProducer } = readOrderPart(raw.view(record, PART.order));
    const { long, text } = readPair(raw.view(record, PART.version));
    return { record, order: this.#readOrder(values!), messageId: text, payloadHash: long!, isFromProducer };
  }
}

interface OracleVersion {
  readonly record: number;
  readonly order: readonly OracleOrderValue[];
  readonly messageId: Buffer;
  readonly payloadHash: bigint;
  readonly isFromProducer: boolean;
}

/** The least copy of each version, in the order in which versions were first seen. */
function leastCopies(raw: Records, keysOf: Uint32Array): number[] {
  const records: number[] = [];
  /** The first version of each key. Its identity is looked at when the key comes again, which few do. */
  const firsts: (number | undefined)[] = [];
  const identities = new Map<string, number>();
  for (const [record, key] of keysOf.entries()) {
    const first = firsts[key];
    let known: number | undefined;
    if (first === undefined) firsts[key] = records.length;
    else {
      identities.set(raw.name(records[first]!, PART.identity), first);
      const identity = raw.name(record, PART.identity);
      known = identities.get(identity);
      if (known === undefined) identities.set(identity, records.length);
    }
    if (known === undefined) records.push(record);
    else if (isBefore(raw, record, records[known]!)) records[known] = record;
  }
  return records;
}

function isBefore(raw: Records, record: number, other: number): boolean {
  const left = readPair(raw.view(record, PART.copy));
  const right = readPair(raw.view(other, PART.copy));
  if (left.long !== right.long) return left.long! < right.long!;
  return Buffer.compare(left.text, right.text) < 0;
}

function compareVersions(left: OracleVersion, right: OracleVersion): number {
  for (const [index, value] of left.order.entries()) {
    const order = compareOracle(value, right.order[index]!);
    if (order !== 0) return order;
  }
  return (
    Buffer.compare(left.messageId, right.messageId) ||
    (left.payloadHash < right.payloadHash ? -1 : left.payloadHash > right.payloadHash ? 1 : 0) ||
    // Alike in all of it: the time that the producer gave goes before the same time that the journey gave.
    Number(left.isFromProducer) - Number(right.isFromProducer)
  );
}
