import { createHash } from 'node:crypto';
import type { Envelope, TopicContract } from '@lean-ops/core';
import {
  compareOracle,
  type OracleOrderValue,
  type OraclePayload,
  oracleOrder,
  oraclePath,
  orderEntries,
  plainKeys,
  textAt,
} from '../../src/reconcile/oracle-order.js';

/*
 * The comparison of a topic's layers with one object per row, one map per table and nothing that makes it fast: what the
 * comparison that runs is measured with.
 */

/** A row of a table behind RAW, as far as it is compared. */
export interface PlainRow {
  readonly _merge_key: string;
  readonly message_id: string | null;
  readonly _payload_hash: bigint | null;
  readonly ingestion_ts: bigint;
  readonly sqs_message_id: string | null;
  /** 0n: a rebuild carried it over. */
  readonly _source_snapshot_id: bigint | null;
}

export interface PlainTables {
  readonly raw: readonly Envelope[];
  readonly standardized: readonly PlainRow[];
  readonly parseErrors: readonly PlainRow[];
  readonly curated: readonly PlainRow[];
  readonly errors: readonly PlainRow[];
  /** Null: what Curated read is all of Standardized. */
  readonly standardizedRead: readonly PlainRow[] | null;
}

export interface PlainVersion {
  readonly mergeKey: string;
  readonly row: Envelope;
  readonly hash: bigint;
  readonly order: readonly OracleOrderValue[] | null;
}

export interface PlainVerdict {
  readonly counts: Readonly<Record<string, number>>;
  /** Keys by rule, sorted. */
  readonly found: Readonly<Record<string, readonly string[]>>;
}

type Hash = (bytes: Uint8Array) => bigint;

/** Versions by their least copies, the winners among them, and those that are malformed. */
export function plainVersions(raw: readonly Envelope[], contract: TopicContract | null, hash: Hash) {
  const versions = new Map<string, PlainVersion>();
  for (const row of raw) {
    const version = versionOf(row, contract, hash);
    const identity = identityOf(version, contract);
    const known = versions.get(identity);
    if (known === undefined || isBefore(row, known.row)) versions.set(identity, version);
  }
  const winners = new Map<string, PlainVersion>();
  const malformed: PlainVersion[] = [];
  let superseded = 0;
  for (const version of versions.values()) {
    if (version.order === null) {
      malformed.push(version);
      continue;
    }
    const best = winners.get(version.mergeKey);
    if (best !== undefined) superseded++;
    if (best === undefined || compare(version, best) > 0) winners.set(version.mergeKey, version);
  }
  return { winners, malformed, superseded, copies: raw.length - versions.size };
}

export function plainVerdict(tables: PlainTables, contract: TopicContract | null, hash: Hash): PlainVerdict {
  const { standardized, parseErrors, curated, errors } = tables;
  const found: Record<string, string[]> = {};
  const note = (rule: string, key: string): void => {
    found[rule] = [...(found[rule] ?? []), key].toSorted();
  };
  const expected = plainVersions(tables.raw, contract, hash);
  let { copies, superseded } = expected;
  let carried = 0;
  const seen = new Set<string>();
  for (const row of standardized) {
    const key = row._merge_key;
    const winner = expected.winners.get(key);
    if (seen.has(key)) note('doubled', key);
    seen.add(key);
    if (row._source_snapshot_id === 0n) {
      carried++;
      if (winner !== undefined && name(row) === nameOf(winner)) copies++;
      else if (winner !== undefined) superseded++;
    } else if (winner === undefined) note('extra', key);
    else if (name(row) !== nameOf(winner)) note('wrongVersion', key);
    else if (row.ingestion_ts !== winner.row.ingestion_ts || row.sqs_message_id !== winner.row.sqs_message_id)
      note('wrongCopy', key);
  }
  for (const key of expected.winners.keys()) if (!seen.has(key)) note('missing', key);

  const left = expected.malformed.map((version) => `${version.mergeKey} ${nameOf(version)}`);
  for (const row of parseErrors) {
    const wanted = `${row._merge_key} ${name(row)}`;
    const at = left.indexOf(wanted);
    if (at >= 0) left.splice(at, 1);
    else if (row._source_snapshot_id === 0n) carried++;
    else note('extraErrors', wanted);
  }
  for (const each of left) note('unlistedErrors', each);

  const read = tables.standardizedRead ?? standardized;
  const current = new Map(read.map((row) => [row._merge_key, name(row)]));
  const governed = new Map<string, string>();
  for (const row of curated) {
    const key = row._merge_key;
    if (governed.has(key)) note('doubledCurated', key);
    governed.set(key, name(row));
    if (!current.has(key)) note('strayCurated', key);
    else if (current.get(key) !== name(row)) note('staleCurated', key);
  }
  const open = new Set<string>();
  for (const row of errors) {
    const key = row._merge_key;
    if (current.get(key) === name(row) && governed.get(key) !== name(row)) open.add(key);
  }
  for (const [key, version] of current)
    if (governed.get(key) !== version && !open.has(key)) note('unaccounted', key);
  const counts = {
    ...{ raw: tables.raw.length, carried, copies, superseded, parseErrors: parseErrors.length },
    ...{ standardized: standardized.length, standardizedRead: read.length },
    ...{ curated: curated.length, openErrors: open.size },
  };
  return { counts, found };
}

const name = (row: PlainRow): string => `${row._payload_hash} ${row.message_id}`;
const nameOf = ({ hash, row }: PlainVersion): string => `${hash} ${row.message_id}`;

function versionOf(row: Envelope, contract: TopicContract | null, hash: Hash): PlainVersion {
  const payload = parsed(row.json_payload);
  const values = orderEntries(contract).map((entry) =>
    entry.startsWith('$')
      ? payload === null
        ? null
        : textAt(payload, row.json_payload, oraclePath(entry, contract))
      : row[entry as keyof Envelope],
  );
  return {
    mergeKey: keyOf(row, payload, contract),
    row,
    hash: hash(Buffer.from(row.json_payload, 'utf8')),
    order: payload === null ? null : oracleOrder(contract)(values),
  };
}

function keyOf(row: Envelope, payload: OraclePayload | null, contract: TopicContract | null): string {
  const source = contract?.key ?? 'idempotency_key';
  const key = source.startsWith('$')
    ? payload === null
      ? null
      : textAt(payload, row.json_payload, oraclePath(source, contract))
    : row[source as keyof Envelope];
  return typeof key === 'string' && !/^[ \t\n\v\f\r]*$/.test(key) ? `k:${key}` : `m:${row.message_id}`;
}

function identityOf({ mergeKey, row }: PlainVersion, contract: TopicContract | null): string {
  const given = orderEntries(contract).map((entry) => {
    if (entry.startsWith('$') || /^(ingestion_ts|sqs_message_id|publish_time_source)$/.test(entry))
      return null;
    if (entry === 'publish_time' && row.publish_time_source !== 'producer') return null;
    const value = row[entry as keyof Envelope];
    return typeof value === 'bigint' ? value.toString() : value;
  });
  const parts = JSON.stringify([mergeKey, row.message_id, row.json_payload, given]);
  return createHash('sha256').update(parts).digest('hex');
}

function parsed(json: string): OraclePayload | null {
  try {
    JSON.parse(json);
    const value: unknown = JSON.parse(plainKeys(json));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as OraclePayload)
      : null;
  } catch {
    return null;
  }
}

function isBefore(left: Envelope, right: Envelope): boolean {
  if (left.ingestion_ts !== right.ingestion_ts) return left.ingestion_ts < right.ingestion_ts;
  return Buffer.compare(Buffer.from(left.sqs_message_id), Buffer.from(right.sqs_message_id)) < 0;
}

function compare(left: PlainVersion, right: PlainVersion): number {
  for (const [index, value] of left.order!.entries()) {
    const order = compareOracle(value, right.order![index]!);
    if (order !== 0) return order;
  }
  const fromProducer = ({ row }: PlainVersion): number => Number(row.publish_time_source === 'producer');
  return (
    Buffer.compare(Buffer.from(left.row.message_id), Buffer.from(right.row.message_id)) ||
    (left.hash < right.hash ? -1 : left.hash > right.hash ? 1 : 0) ||
    fromProducer(left) - fromProducer(right)
  );
}
