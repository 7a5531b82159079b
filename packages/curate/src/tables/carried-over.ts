/** `_source_snapshot_id` of a row that a rebuild took from the table it replaced: no snapshot of RAW has it any more. */
export const CARRIED_OVER = 0n;
