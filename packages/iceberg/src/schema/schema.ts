import type { NestedField, NewField, UnknownKeys } from '../type/iceberg-type.js';

/** A table schema: columns by id. */
export interface Schema {
  readonly schemaId: number;
  readonly fields: readonly NestedField[];
  readonly identifierFieldIds?: readonly number[];
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** A schema as a caller writes it; ids are assigned 1..n in order, nested fields after all top-level ones. */
export interface NewSchema {
  readonly fields: readonly NewField[];
}
