import type { TopicContract } from '@lean-ops/core';
import { CurateError, compileContract } from '@lean-ops/curate';

/** Why the jobs would refuse a contract: they compile its patterns, bounds and defaults. Null where they would not. */
export function uncompilable(contract: TopicContract): CurateError | null {
  try {
    compileContract(contract, [], { maskingKey: Buffer.from('not used') });
    return null;
  } catch (error) {
    if (error instanceof CurateError) return error;
    throw error;
  }
}
