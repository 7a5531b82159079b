/** The state of one table. */
export interface TableStatus {
  /** `namespace.name`. */
  readonly table: string;
  /** Live rows. */
  readonly rows: number;
  readonly snapshotId: bigint | null;
  /** When the newest snapshot was made, milliseconds since the epoch. */
  readonly committedAt: number | null;
  /** Source snapshot the table has reached; null for RAW and where nothing was read yet. */
  readonly watermark: { readonly snapshotId: bigint; readonly sequenceNumber: bigint } | null;
  /** Run that made the newest snapshot of ours. */
  readonly runId: string | null;
}

/** The tables of one topic; null where a table does not exist (yet). */
export interface TopicStatus {
  readonly topic: string;
  readonly raw: TableStatus | null;
  readonly standardized: TableStatus | null;
  readonly parseErrors: TableStatus | null;
  readonly curated: TableStatus | null;
  readonly errors: TableStatus | null;
  /** RAW rows that Standardized has not read. */
  readonly pendingRaw: number;
}
