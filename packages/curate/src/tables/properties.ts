/**
 * Keys of table properties and snapshot summaries. This is the one place where their spelling lives.
 *
 * A key that ends in a dot is followed by the uuid of the source table.
 */
export const KEYS = {
  /** Summary: source snapshot up to which the table holds everything. Property: a copy as JSON. */
  watermark: 'lean-ops.watermark.',
  /** Summary: that snapshot's sequence number in the source. */
  watermarkSequence: 'lean-ops.watermark-sequence-number.',
  /** Summary and property: highest fencing token that wrote the table. */
  fencingToken: 'lean-ops.fencing-token',
  /** Property: number of the rebuild that made the table. */
  generation: 'lean-ops.generation',
  /** Property: JSON object of payload column → JSON path. */
  columnPaths: 'lean-ops.column-paths',
  /** Property: JSON of what only a rebuild may change: key, order, partitioning, flatten limits. */
  layout: 'lean-ops.layout',
  /** Property of a side table: the contract under which it was last written, as JSON (`null` for none). */
  runContract: 'lean-ops.run-contract',
  /** Property of the error table: contract version under which every error in it was last judged. */
  reviewedContract: 'lean-ops.reviewed-contract',
  /** Property of the error table: snapshot of Curated that holds what the last review let pass, as JSON. */
  reviewedSnapshot: 'lean-ops.reviewed-snapshot',
  /** Property of the error table: how far a review has come that is done in parts, as JSON; empty where none is under way. */
  reviewProgress: 'lean-ops.review-progress',
  /** Property of Standardized: snapshot of the parse errors whose mended rows it was last given. */
  reviewedParseErrors: 'lean-ops.reviewed-parse-errors',
  /** Summary: what made the snapshot. */
  runId: 'lean-ops.run-id',
  contractVersion: 'lean-ops.contract-version',
  /** Summary: the run's figures as JSON. */
  run: 'lean-ops.run',
  /** Summary of an ops table: last outbox entry that is in the table. */
  outboxSequence: 'lean-ops.outbox-sequence',
  outboxId: 'lean-ops.outbox-id',
} as const;

/** The generation of tables that were never rebuilt. */
export const FIRST_GENERATION = '1';
