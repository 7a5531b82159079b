import type { TopicContract } from '@lean-ops/core';
import { CurateError, curatedColumns } from '@lean-ops/curate';

/** Why the jobs would refuse a contract: they compile its patterns, bounds and defaults, and lay out a table for it. Null where they would not. */
export function uncompilable(contract: TopicContract): CurateError | null {
  try {
    curatedColumns(contract);
    return null;
  } catch (error) {
    if (error instanceof CurateError) return error;
    throw error;
  }
}
