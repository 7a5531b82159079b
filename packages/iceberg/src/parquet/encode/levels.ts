import type { Data } from 'apache-arrow';
import { mayHaveNulls } from '../../arrow/arrow-data.js';
import type { ByteSink } from './byte-sink.js';
import { writeHybrid, writeRepeated } from './hybrid-writer.js';
import { ByteScratch } from './scratch.js';

/** Which of some rows hold a value: 1 or 0 per row; null where all do. */
export interface Presence {
  readonly levels: Uint8Array | null;
  readonly nulls: number;
}

const scratch = new ByteScratch();

/** `rows` picks rows of the column; null for all. Levels are valid until the next call. */
export function presenceOf(data: Data, rows: Int32Array | null): Presence {
  if (!mayHaveNulls(data)) return { levels: null, nulls: 0 };
  const count = rows?.length ?? data.length;
  const levels = scratch.take(count);
  if (data.nullCount === data.length) return { levels: levels.fill(0), nulls: count };
  const nulls = count - readLevels(data, rows, levels);
  return nulls === 0 ? { levels: null, nulls: 0 } : { levels, nulls };
}

/** How many rows have a value. A loop of its own: what stands behind one that is compiled while it runs is compiled twice. */
function readLevels({ nullBitmap: bits, offset }: Data, rows: Int32Array | null, levels: Uint8Array): number {
  let ones = 0;
  for (let index = 0; index < levels.length; index++) {
    const bit = offset + (rows === null ? index : rows[index]!);
    const level = (bits[bit >> 3]! >> (bit & 7)) & 1;
    levels[index] = level;
    ones += level;
  }
  return ones;
}

/** Levels of some rows as they stand before a page's values: their length, then the runs. */
export function writeLevels(
  sink: ByteSink,
  levels: Uint8Array | null,
  { start, end, width }: { start: number; end: number; width: number },
  runs: ByteSink,
): void {
  runs.clear();
  if (levels === null) writeRepeated(runs, 1, end - start, width);
  else writeHybrid(runs, levels, { start, end, width });
  sink.uint32(runs.length);
  sink.bytes(runs.view());
}
