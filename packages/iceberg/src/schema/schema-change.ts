import type { NewType, PrimitiveType } from '../type/iceberg-type.js';
import type { ColumnPlace, SchemaDraft, SchemaOperation } from './schema-draft.js';

/** What a new column is besides its type, and where it goes: by default last. */
export interface AddColumnOptions {
  /** Needs an initial default (format version 3). Default `false`. */
  required?: boolean;
  doc?: string;
  /** Format version 3: the value of the rows that are there already. */
  initialDefault?: unknown;
  /** Format version 3: the value of rows to come that leave the column out. Default: the initial default; `null` for none. */
  writeDefault?: unknown;
  first?: true;
  after?: string;
  before?: string;
}

/**
 * Changes of a schema, each seeing those before it. Columns are named by path: `a`, `address.city`, `tags.element.x`,
 * `props.value.y`. Nothing is committed before the transaction is.
 *
 * Every method throws `COLUMN_NOT_FOUND`, `INCOMPATIBLE_EVOLUTION`, `INVALID_NAME`, `INVALID_ARGUMENT`; those that set
 * a default or need a newer type also `UNSUPPORTED_FORMAT_VERSION`, `UNSUPPORTED_FEATURE`, `TYPE_MISMATCH`.
 *
 * @example
 * await table.updateSchema((change) =>
 *   change.addColumn('address.zip', 'string', { after: 'city' }).renameColumn('qty', 'quantity').widenColumn('quantity', 'long'),
 * );
 */
export class SchemaChange {
  readonly #draft: SchemaDraft;
  readonly #operations: SchemaOperation[];

  /** @internal Given by `updateSchema`. */
  constructor(draft: SchemaDraft, operations: SchemaOperation[]) {
    this.#draft = draft;
    this.#operations = operations;
  }

  addColumn(path: string, type: NewType, options: AddColumnOptions = {}): this {
    const { first, after, before, ...field } = options;
    const place = placeOf(first, after, before);
    return this.#record((draft) => draft.add(path, { ...field, type }, place));
  }

  /** Not of an identifier field, nor of a source of the current partitioning or sort order. */
  dropColumn(path: string): this {
    return this.#record((draft) => draft.drop(path));
  }

  /** `name` is the new name alone, without the path. */
  renameColumn(path: string, name: string): this {
    return this.#record((draft) => draft.rename(path, name));
  }

  /** int to long, float to double, a decimal to more digits; in format version 3 a date to timestamp or timestamp_ns. */
  widenColumn(path: string, type: PrimitiveType): this {
    return this.#record((draft) => draft.widen(path, type));
  }

  makeOptional(path: string): this {
    return this.#record((draft) => draft.makeOptional(path));
  }

  /** `null` takes the doc away. */
  setDoc(path: string, doc: string | null): this {
    return this.#record((draft) => draft.setDoc(path, doc));
  }

  /** Format version 3: the value of rows to come that leave the column out; `null` for none. */
  setWriteDefault(path: string, value: unknown): this {
    return this.#record((draft) => draft.setWriteDefault(path, value));
  }

  /** Within its struct; `after` and `before` name a neighbour. */
  moveColumn(path: string, place: ColumnPlace): this {
    return this.#record((draft) => draft.move(path, place));
  }

  #record(operation: SchemaOperation): this {
    operation(this.#draft);
    this.#operations.push(operation);
    return this;
  }
}

function placeOf(
  first: true | undefined,
  after: string | undefined,
  before: string | undefined,
): ColumnPlace | null {
  if (first === true) return { first };
  if (after !== undefined) return { after };
  return before === undefined ? null : { before };
}
