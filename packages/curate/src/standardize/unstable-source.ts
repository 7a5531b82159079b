import { CurateError } from '../error.js';

/** The error of a source whose rows are others when they are read a second time. */
export function unstableSource(detail: string): CurateError {
  return new CurateError(
    `RAW gave other rows when it was read a second time at the same snapshot: ${detail}. Nothing was committed; check that nobody rewrites its files in place`,
    { code: 'SOURCE_UNSTABLE', context: { detail } },
  );
}
