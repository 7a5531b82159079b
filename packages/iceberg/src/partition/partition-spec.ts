import type { UnknownKeys } from '../type/iceberg-type.js';

/** One field of a partition spec. `transform` is spelled as in the spec: `identity`, `day`, `bucket[16]`, … */
export interface PartitionField {
  readonly sourceId: number;
  readonly fieldId: number;
  readonly name: string;
  readonly transform: string;
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** How rows are grouped into files. */
export interface PartitionSpec {
  readonly specId: number;
  readonly fields: readonly PartitionField[];
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: UnknownKeys;
}

/** Whether all rows are in one partition: deletes by equality under such a spec concern the whole table. */
export function isUnpartitioned({ fields }: PartitionSpec): boolean {
  return fields.every((field) => field.transform === 'void');
}
