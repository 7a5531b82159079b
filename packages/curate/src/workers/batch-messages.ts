import type { TopicContract } from '@lean-ops/core';
import type { EncodedColumn, PartitionCodes, PartitionedRows, RowLayout } from '@lean-ops/iceberg';
import type { DriftKind } from '../drift/drift.js';
import type { ParseFailure } from '../flatten/parse-failure.js';
import type { ColumnPath } from '../flatten/types.js';
import type { Utf8Column } from '../flatten/utf8-column.js';
import type { OrderValue } from '../order/order-value.js';

/*
 * What is asked of those who look into batches of RAW, and what they answer. Everything is plain data: the same
 * requests go to this thread or to another one.
 */

/** What a step's batches are looked into by. */
export interface BatchPlan {
  readonly maxDepth: number;
  readonly maxColumns: number;
  /** Payload columns that the table has. */
  readonly columns: readonly ColumnPath[];
  /** Paths that always get a column. */
  readonly contractPaths: readonly string[];
  readonly contract: TopicContract | null;
}

/** Some rows of a batch: their payloads, and what else is needed to look into these. */
export interface ScanRequest {
  readonly id: number;
  /** Of all rows of the batch. */
  readonly payloads: Utf8Column;
  /** Whether the payloads have memory of their own, which may be given away. */
  readonly ownsPayloads: boolean;
  /** Bytes of the whole rows. */
  readonly byteLength: number;
  /** Rows to look into, rising. */
  readonly rows: Int32Array;
  /** Those among them that are ordered by their journey, with their message ids; null where none is. */
  readonly journey: JourneyRows | null;
  /** Whether the values are kept, so that the rows need not be read again. */
  readonly keep: boolean;
}

export interface JourneyRows {
  readonly rows: Int32Array;
  /** One per row. */
  readonly messageIds: Utf8Column;
}

/** What a row's order value is. */
export const ORDER_STATE = { none: 0, micros: 1, other: 2, invalid: 3 } as const;

/** The order values of one payload path: instants as whole microseconds, which most are, in flat memory. */
export interface OrderColumn {
  /** One {@link ORDER_STATE} per row: null, in `micros`, in `others`, or a text that is no value of the column's type. */
  readonly states: Uint8Array;
  readonly micros: BigInt64Array;
  readonly others: ReadonlyMap<number, OrderValue>;
}

/** Rows are those of the batch; what is aligned with them has nothing for rows that were not looked into. */
export interface ScanResult {
  readonly failures: readonly ParseFailure[];
  /** The payloads of the failures, in their order. */
  readonly failed: Utf8Column | null;
  /** Texts of the path that the key is; null where the key is none. */
  readonly key: Utf8Column | null;
  /** Order values per payload path. */
  readonly order: readonly OrderColumn[];
  /** `_seen` hashes; null where no row is ordered by its journey. */
  readonly seenHashes: BigInt64Array | null;
  /** Whether the values were kept: not where they have more paths than the table has room for. */
  readonly kept: boolean;
  /** Bytes that are held until the rows are encoded; 0 where the values were not kept. */
  readonly keptBytes: number;
}

export interface EncodeRequest {
  readonly id: number;
  /** Rows to write, rising. */
  readonly rows: Int32Array;
  readonly layout: RowLayout;
  /** What the rows have of the fields by which they are parted; null for those of payload columns. */
  readonly codes: readonly (PartitionCodes | null)[];
}

/** The payload columns of rows of one partition. */
export interface EncodedPayloads extends PartitionedRows {
  readonly columns: readonly EncodedColumn[];
}

/** A payload column of some rows. */
export interface EncodedPath {
  readonly keys: readonly string[];
  /** Its name in the encoded rows: that of the table, or a mark that is none. */
  readonly name: string;
  /** Row in which it was first seen. */
  readonly firstRow: number;
  readonly values: number;
}

export interface EncodeResult {
  readonly parts: readonly EncodedPayloads[];
  /** By first sight. */
  readonly paths: readonly EncodedPath[];
  readonly drift: readonly {
    readonly kind: DriftKind;
    readonly keys: readonly string[];
    readonly count: number;
    readonly firstRow: number;
  }[];
}
