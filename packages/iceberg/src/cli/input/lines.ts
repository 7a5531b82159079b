const LINE_FEED = 0x0a;

/** The lines of a byte stream, as many at a time as a chunk completes, without their line feeds. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let open: Uint8Array[] = [];
  let first = true;
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = [];
    let start = first && hasByteOrderMark(chunk) ? 3 : 0;
    first = false;
    for (let end = chunk.indexOf(LINE_FEED, start); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const tail = chunk.subarray(start, end);
      lines.push(open.length === 0 ? tail : Buffer.concat([...open, tail]));
      open = [];
      start = end + 1;
    }
    if (start < chunk.length) open.push(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (open.length > 0) yield [Buffer.concat(open)];
}

function hasByteOrderMark(chunk: Uint8Array): boolean {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
}
