import type { Value } from '../../type/value.js';

/** What an encoded column holds, by the names of Iceberg's types. */
export type EncodedType = 'string' | 'long' | 'timestamp' | 'timestamptz' | 'list<long>';

/** One column of a row group as it will stand in a Parquet file: packed pages. Plain data, so that threads can pass it. */
export interface EncodedColumn {
  readonly name: string;
  readonly type: EncodedType;
  /** Whether the pages have levels that tell nulls. */
  readonly nullable: boolean;
  readonly bytes: Uint8Array;
  readonly dictionaryBytes: number;
  readonly unpackedBytes: number;
  /** Values, nulls among them; of lists every element, and one for each list that has none. */
  readonly values: number;
  readonly nulls: number;
  /** Least and greatest value in the form of Iceberg's bounds; null where there is none. */
  readonly lower: Uint8Array | null;
  readonly upper: Uint8Array | null;
}

/** Some rows of one partition, encoded. */
export interface EncodedRows {
  readonly rowCount: number;
  readonly partition: readonly (Value | null)[];
  readonly columns: readonly EncodedColumn[];
}

/** Column without its name. */
export type EncodedValues = Omit<EncodedColumn, 'name'>;
