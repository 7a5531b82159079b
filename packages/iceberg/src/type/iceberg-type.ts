import type { AnyValue } from './value.js';

/** Primitive types, spelled as in table metadata (spec, "Primitive Types"). */
export type PrimitiveType =
  | 'boolean'
  | 'int'
  | 'long'
  | 'float'
  | 'double'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz'
  | 'timestamp_ns'
  | 'timestamptz_ns'
  | 'string'
  | 'uuid'
  | 'binary'
  | `decimal(${number}, ${number})`
  | `decimal(${number},${number})`
  | `fixed[${number}]`
  | 'unknown'
  | OpaqueType;

/**
 * Types of format version 3 that a table may have and this version looks past: reading or writing a column of such a
 * type is `UNSUPPORTED_FEATURE`, the others are read.
 */
export type OpaqueType = 'variant' | `geometry${string}` | `geography${string}`;

/** A named, numbered field of a schema or struct. */
export interface NestedField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
  /** The value of rows written before the field was added (format version 3). */
  readonly initialDefault?: AnyValue;
  /** The value of rows whose writer gives none (format version 3). */
  readonly writeDefault?: AnyValue;
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** Entries of a JSON object that this version does not know, kept as read and written back. */
export type UnknownKeys = Readonly<Record<string, unknown>>;

export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly NestedField[];
  readonly extra?: UnknownKeys;
}

export interface ListType {
  readonly type: 'list';
  readonly elementId: number;
  readonly element: IcebergType;
  readonly elementRequired: boolean;
  readonly extra?: UnknownKeys;
}

export interface MapType {
  readonly type: 'map';
  readonly keyId: number;
  readonly key: IcebergType;
  readonly valueId: number;
  readonly value: IcebergType;
  readonly valueRequired: boolean;
  readonly extra?: UnknownKeys;
}

/** Any type of a column. */
export type IcebergType = PrimitiveType | StructType | ListType | MapType;

/** A type as a caller writes it: without ids, which the table assigns. An {@link IcebergType} fits too. */
export type NewType =
  | PrimitiveType
  | { readonly type: 'struct'; readonly fields: readonly NewField[] }
  | { readonly type: 'list'; readonly element: NewType; readonly elementRequired?: boolean }
  | {
      readonly type: 'map';
      readonly key: NewType;
      readonly value: NewType;
      readonly valueRequired?: boolean;
    };

/** A field as a caller writes it. `required` defaults to false. */
export interface NewField {
  readonly name: string;
  readonly type: NewType;
  readonly required?: boolean;
  readonly doc?: string;
  /** Format version 3: the value of rows that are there already, given as a row may hold it. */
  readonly initialDefault?: unknown;
  /** Format version 3: the value of rows that leave the field out, given as a row may hold it. */
  readonly writeDefault?: unknown;
}

/** A primitive type taken apart. */
export type PrimitiveKind =
  | { readonly kind: Exclude<PrimitiveType, `decimal${string}` | `fixed${string}` | 'unknown' | OpaqueType> }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'fixed'; readonly length: number };
