const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/** Cuts a stream of chunks into lines, as bytes and without their line feeds. */
export class LineSplitter {
  /** The beginning of a line whose end has not come yet. */
  #open: Uint8Array[] = [];

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      lines.push(this.#complete(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) this.#open.push(chunk.subarray(start));
    return lines;
  }

  /** What follows the last line feed, if anything does. */
  end(): Uint8Array[] {
    return this.#open.length === 0 ? [] : [this.#complete(new Uint8Array(0))];
  }

  #complete(tail: Uint8Array): Uint8Array {
    if (this.#open.length === 0) return tail;
    const line = Buffer.concat([...this.#open, tail]);
    this.#open = [];
    return line;
  }
}

/**
 * The lines of a byte stream, chunk by chunk: as many at a time as each chunk completes. A byte order mark at the
 * beginning of the stream says how it is encoded and belongs to no line.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array[]> {
  const splitter = new LineSplitter();
  let begun = false;
  const withoutMark = (lines: Uint8Array[]): Uint8Array[] => {
    const [first, ...others] = lines;
    if (begun || first === undefined) return lines;
    begun = true;
    return startsWithMark(first) ? [first.subarray(BYTE_ORDER_MARK.length), ...others] : lines;
  };
  for await (const chunk of chunks) {
    const lines = splitter.push(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
    if (lines.length > 0) yield withoutMark(lines);
  }
  const rest = splitter.end();
  if (rest.length > 0) yield withoutMark(rest);
}

function startsWithMark(line: Uint8Array): boolean {
  return BYTE_ORDER_MARK.every((byte, index) => line[index] === byte);
}
