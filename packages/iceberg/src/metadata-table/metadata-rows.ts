import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import type { AnyValue } from '../type/value.js';

/** A row by position: structs are arrays of their children, maps arrays of pairs. */
export type MetadataRow = readonly AnyValue[];

/** What a metadata table holds. */
export interface MetadataRows {
  readonly fields: readonly NestedField[];
  /** Gives the rows anew on every call. */
  rows(): AsyncIterable<MetadataRow>;
}

/** A column that always has a value. Ids are those of the reference implementation. */
export function required(id: number, name: string, type: IcebergType): NestedField {
  return { id, name, required: true, type };
}

export function optional(id: number, name: string, type: IcebergType): NestedField {
  return { id, name, required: false, type };
}

/** Milliseconds since 1970 as the value of a timestamptz column. */
export function microsOf(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1000n;
}
