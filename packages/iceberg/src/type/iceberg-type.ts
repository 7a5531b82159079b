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
  | `fixed[${number}]`;

/** A named, numbered field of a schema or struct. */
export interface NestedField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
  /** Metadata keys this version does not know (defaults of v3, for example), kept as read. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly NestedField[];
}

export interface ListType {
  readonly type: 'list';
  readonly elementId: number;
  readonly element: IcebergType;
  readonly elementRequired: boolean;
}

export interface MapType {
  readonly type: 'map';
  readonly keyId: number;
  readonly key: IcebergType;
  readonly valueId: number;
  readonly value: IcebergType;
  readonly valueRequired: boolean;
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
}

/** A primitive type taken apart. */
export type PrimitiveKind =
  | { readonly kind: Exclude<PrimitiveType, `decimal${string}` | `fixed${string}`> }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'fixed'; readonly length: number };
