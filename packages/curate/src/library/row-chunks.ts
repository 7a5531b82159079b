import { CurateError } from '../error.js';
import { refuseAborted } from './batch-source.js';

const DEFAULT_ROWS = 10_000;

/** Items in arrays of `size`, the last one shorter. @throws {CurateError} `OPTION_INVALID`, `ABORTED`. */
export async function* chunksOf<Item>(
  items: AsyncIterable<Item>,
  size: number = DEFAULT_ROWS,
  signal?: AbortSignal,
): AsyncGenerator<Item[]> {
  if (!Number.isInteger(size) || size < 1) {
    throw new CurateError(`batchRows is ${size}: give a whole number from 1`, {
      code: 'OPTION_INVALID',
      context: { option: 'batchRows', value: size },
    });
  }
  let chunk: Item[] = [];
  refuseAborted(signal);
  for await (const item of items) {
    refuseAborted(signal);
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
