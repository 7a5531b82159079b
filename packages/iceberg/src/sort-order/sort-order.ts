import type { UnknownKeys } from '../type/iceberg-type.js';

/** One field of a sort order. `transform` is spelled as in partition specs. */
export interface SortField {
  readonly transform: string;
  readonly sourceId: number;
  /** `asc` or `desc`. */
  readonly direction: string;
  /** `nulls-first` or `nulls-last`. */
  readonly nullOrder: string;
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** How rows are sorted within files. Order 0 has no fields: unsorted. */
export interface SortOrder {
  readonly orderId: number;
  readonly fields: readonly SortField[];
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** Whether two orders sort alike. */
export function isSameOrder(left: SortOrder, right: SortOrder): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, index) => {
      const other = right.fields[index]!;
      return (
        field.sourceId === other.sourceId &&
        field.transform === other.transform &&
        field.direction === other.direction &&
        field.nullOrder === other.nullOrder
      );
    })
  );
}
