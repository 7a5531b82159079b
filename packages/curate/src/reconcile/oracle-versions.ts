import { hash } from 'node:crypto';
import type { TopicContract } from '@lean-ops/core';
import {
  compareOracle,
  type OracleOrder,
  type OracleOrderValue,
  type OraclePayload,
  type OracleRow,
  oracleOrder,
  oraclePath,
  orderEntries,
  plainKeys,
  textAt,
} from './oracle-order.js';

/** One version as RAW shows it, with the copy that stands for it. */
export interface OracleVersion {
  readonly mergeKey: string;
  readonly messageId: string;
  readonly payloadHash: bigint;
  /** Null for a payload that is no JSON object. */
  readonly order: readonly OracleOrderValue[] | null;
  readonly ingestion: bigint;
  readonly sqsMessageId: string;
  readonly publishTimeSource: string;
}

/** A row of RAW, as far as versions are found and compared by it. */
export interface OracleCopy extends OracleVersion {
  /** What makes it a version: copies of one version have the same. */
  readonly identity: string;
}

/** What RAW alone says a topic's tables must hold. */
export interface OracleResult {
  readonly rows: number;
  readonly copies: number;
  readonly superseded: number;
  /** The current version of each merge key. */
  readonly winners: ReadonlyMap<string, OracleVersion>;
  readonly malformed: readonly OracleVersion[];
}

/**
 * Two-stage dedup in its plainest form: one object per row, standard `JSON.parse`, maps of strings. It is the yardstick
 * that the jobs are measured with, so it shares none of their dedup code.
 */
export class Oracle {
  readonly #versions = new Map<string, OracleCopy>();
  #rows = 0;
  #copies = 0;

  add(copy: OracleCopy): void {
    this.#rows++;
    const known = this.#versions.get(copy.identity);
    if (known !== undefined) this.#copies++;
    if (known === undefined || isBefore(copy, known)) this.#versions.set(copy.identity, copy);
  }

  result(): OracleResult {
    const winners = new Map<string, OracleVersion>();
    const malformed: OracleVersion[] = [];
    let superseded = 0;
    for (const version of this.#versions.values()) {
      if (version.order === null) {
        malformed.push(version);
        continue;
      }
      const best = winners.get(version.mergeKey);
      if (best !== undefined) superseded++;
      if (best === undefined || compareVersions(version, best) > 0) winners.set(version.mergeKey, version);
    }
    return { rows: this.#rows, copies: this.#copies, superseded, winners, malformed };
  }
}

/** Reads what the oracle needs of a row of RAW. */
export class CopyReader {
  /** Columns of RAW that rows have to have. */
  readonly columns: readonly string[];
  readonly #entries: readonly string[];
  readonly #key: OracleKey;
  readonly #order: OracleOrder;
  readonly #payloadHash: (bytes: Uint8Array) => bigint;

  constructor(contract: TopicContract | null, payloadHash: (bytes: Uint8Array) => bigint) {
    this.#entries = orderEntries(contract);
    this.#key = oracleKey(contract);
    this.#order = oracleOrder(contract);
    this.#payloadHash = payloadHash;
    const named = [keyOf(contract), ...this.#entries].filter((name) => !name.startsWith('$'));
    this.columns = [...new Set([...ALWAYS, ...named])];
  }

  read(row: OracleRow): OracleCopy {
    const payload = parsePayload(row['json_payload'] as string);
    const mergeKey = this.#key(row, payload);
    return {
      identity: this.#identity(row, mergeKey),
      mergeKey,
      messageId: row['message_id'] as string,
      payloadHash: this.#payloadHash(Buffer.from(row['json_payload'] as string, 'utf8')),
      order: payload === null ? null : this.#order(row, payload),
      ingestion: row['ingestion_ts'] as bigint,
      sqsMessageId: row['sqs_message_id'] as string,
      publishTimeSource: row['publish_time_source'] as string,
    };
  }

  /** Merge key, message id, payload and what the producer gave to order by. */
  #identity(row: OracleRow, mergeKey: string): string {
    const given = this.#entries.map((entry) => {
      if (entry.startsWith('$') || JOURNEY.has(entry)) return null;
      if (entry === 'publish_time') return row['publish_time_source'] === 'producer' ? row[entry] : null;
      return row[entry];
    });
    let text = '';
    for (const part of [mergeKey, row['message_id'], row['json_payload'], ...given]) {
      if (typeof part === 'string') text += `${part.length}:${part}`;
      else text += part === null || part === undefined ? '-' : `n${part};`;
    }
    return hash('sha256', text, 'base64');
  }
}

const ALWAYS = [
  'message_id',
  'sqs_message_id',
  'ingestion_ts',
  'publish_time_source',
  'json_payload',
] as const;

const JOURNEY = new Set(['ingestion_ts', 'sqs_message_id', 'publish_time_source']);

function isBefore(
  left: Pick<OracleVersion, 'ingestion' | 'sqsMessageId'>,
  right: Pick<OracleVersion, 'ingestion' | 'sqsMessageId'>,
): boolean {
  if (left.ingestion !== right.ingestion) return left.ingestion < right.ingestion;
  return Buffer.compare(Buffer.from(left.sqsMessageId), Buffer.from(right.sqsMessageId)) < 0;
}

function compareVersions(left: OracleVersion, right: OracleVersion): number {
  const orders = left.order ?? [];
  for (let index = 0; index < orders.length; index++) {
    const order = compareOracle(orders[index] ?? null, right.order?.[index] ?? null);
    if (order !== 0) return order;
  }
  return (
    Buffer.compare(Buffer.from(left.messageId), Buffer.from(right.messageId)) ||
    (left.payloadHash < right.payloadHash ? -1 : left.payloadHash > right.payloadHash ? 1 : 0) ||
    // Alike in all of it: the time that the producer gave goes before the same time that the journey gave.
    Number(left.publishTimeSource === 'producer') - Number(right.publishTimeSource === 'producer')
  );
}

/** A payload as an object, or null where it is none. */
function parsePayload(json: string): OraclePayload | null {
  try {
    // Parsed as it is first: what is no JSON must not become some.
    const given: unknown = JSON.parse(json);
    const plain = plainKeys(json);
    const value: unknown = plain === json ? given : JSON.parse(plain);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as OraclePayload)
      : null;
  } catch {
    return null;
  }
}

const BLANK = /^[ \t\n\v\f\r]*$/;

function keyOf(contract: TopicContract | null): string {
  return contract?.key ?? 'idempotency_key';
}

/** Gives `k:` and the key, or `m:` and the message id where there is none. */
type OracleKey = (row: OracleRow, payload: OraclePayload | null) => string;

function oracleKey(contract: TopicContract | null): OracleKey {
  const source = keyOf(contract);
  const path = source.startsWith('$') ? oraclePath(source, contract) : null;
  return (row, payload) => {
    const key =
      path === null
        ? row[source]
        : payload === null
          ? null
          : textAt(payload, row['json_payload'] as string, path);
    return typeof key === 'string' && !BLANK.test(key) ? `k:${key}` : `m:${row['message_id']}`;
  };
}
