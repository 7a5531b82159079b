/** One field of a partition spec. `transform` is spelled as in the spec: `identity`, `day`, `bucket[16]`, … */
export interface PartitionField {
  readonly sourceId: number;
  readonly fieldId: number;
  readonly name: string;
  readonly transform: string;
}

/** How rows are grouped into files. */
export interface PartitionSpec {
  readonly specId: number;
  readonly fields: readonly PartitionField[];
}
