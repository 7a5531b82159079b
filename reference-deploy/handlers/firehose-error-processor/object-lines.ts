import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const NEW_LINE = 0x0a;
const GZIP = [0x1f, 0x8b] as const;

/**
 * The lines of an object that is read as it comes, compressed with gzip or not, without the empty ones. Only the line
 * that is being read is held.
 */
export async function* objectLines(object: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of await plain(object)) {
    let from = 0;
    for (let at = chunk.indexOf(NEW_LINE); at >= 0; at = chunk.indexOf(NEW_LINE, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
      rest = [];
      from = at + 1;
      if (line.trim() !== '') yield line;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  const last = Buffer.concat(rest).toString('utf8');
  if (last.trim() !== '') yield last;
}

/** Firehose compresses what it writes where the stream says so; the first bytes tell. */
async function plain(object: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Buffer>> {
  const chunks = object[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let length = 0;
  while (length < GZIP.length) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    first.push(Buffer.from(value));
    length += value.length;
  }
  const whole = Readable.from(joined(first, chunks), { objectMode: false });
  const [one, two] = Buffer.concat(first);
  if (one !== GZIP[0] || two !== GZIP[1]) return whole;
  const unzipped = createGunzip();
  whole.on('error', (error) => unzipped.destroy(error));
  return whole.pipe(unzipped);
}

async function* joined(first: readonly Buffer[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  yield* first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
  }
}
