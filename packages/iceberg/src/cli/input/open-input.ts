import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { addAbortSignal, pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { RecordBatch } from 'apache-arrow';
import type { FileBytes } from '../../parquet/parquet-file-reader.js';
import type { Schema } from '../../schema/schema.js';
import type { Storage } from '../../storage/storage.js';
import type { Session } from '../session.js';
import { CommandError, UsageError } from '../usage-error.js';

/** What an input may be. */
export type InputFormat = 'ndjson' | 'parquet' | 'arrow';

/** Bytes that are read from a store at a time. */
const CHUNK_BYTES = 8 * 1024 * 1024;

interface Input {
  readonly name: string;
  /** Gives the bytes once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Where any part can be read at any time. */
  readonly file: FileBytes | null;
}

/**
 * Batches of the rows of an input: a file, an object on S3, or `-` for standard input; NDJSON (gzipped or not), Parquet
 * or Arrow, told apart by how they begin.
 *
 * @throws {UsageError} when there is no such file.
 */
export async function* readInput(
  session: Session,
  path: string,
  options: { schema: Schema; storage: Storage; format?: InputFormat | undefined },
): AsyncGenerator<RecordBatch> {
  const input = await openInput(session, path, options.storage);
  const { head, chunks } = await peek(input.chunks);
  if (head.length === 0) {
    if (options.format === 'parquet') throw new CommandError(`${input.name}: the file is empty`);
    return;
  }
  switch (options.format ?? formatOf(head)) {
    case 'parquet': {
      const { readParquet } = await import('./read-parquet.js');
      yield* readParquet(input.file ?? (await inMemory(input.name, chunks)), session.signal);
      return;
    }
    case 'arrow': {
      const { readArrow } = await import('./read-arrow.js');
      yield* readArrow(input.name, chunks);
      return;
    }
    default: {
      const { readNdjson } = await import('./read-ndjson.js');
      yield* readNdjson(input.name, isGzip(head) ? unzipped(input.name, chunks) : chunks, options.schema);
    }
  }
}

async function openInput(session: Session, path: string, storage: Storage): Promise<Input> {
  const { signal } = session;
  if (path === '-') return streamed('standard input', session.context.stdin, signal);
  if (/^s3[an]?:/i.test(path)) {
    const found = await storage.stat(path);
    if (found === null) throw new UsageError(`${path}: there is no such file`);
    return stored(path, path, found.size, storage, signal);
  }
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  if (found === null) throw new UsageError(`${path}: there is no such file`);
  if (found.isDirectory()) throw new UsageError(`${path}: this is a folder; name files`);
  // A pipe has no size and can be read once only.
  if (!found.isFile()) return streamed(path, createReadStream(place), signal);
  return stored(path, place, found.size, storage, signal);
}

function streamed(name: string, stream: Readable, signal: AbortSignal): Input {
  addAbortSignal(signal, stream);
  return { name, chunks: bytesOf(stream), file: null };
}

async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream)
    yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}

function stored(name: string, place: string, size: number, storage: Storage, signal: AbortSignal): Input {
  const read = (start: number, end: number): Promise<Uint8Array> =>
    storage.read(place, { range: { start, end: Math.min(end, size) }, signal });
  return { name, chunks: pieces(read, size), file: { path: name, size, read } };
}

async function* pieces(
  read: (start: number, end: number) => Promise<Uint8Array>,
  size: number,
): AsyncGenerator<Uint8Array> {
  // The first is small: it is all that is needed of a file that is then read in another way.
  let length = 64 * 1024;
  for (let start = 0; start < size; start += length, length = CHUNK_BYTES) {
    yield await read(start, Math.min(start + length, size));
  }
}

/** The first bytes, and all of them again. */
async function peek(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 8) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return { head, chunks: resumed(head, iterator) };
}

async function* resumed(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

function formatOf(head: Uint8Array): InputFormat {
  const text = Buffer.from(head.subarray(0, 6)).toString('latin1');
  if (text.startsWith('PAR1') || text.startsWith('PARE')) return 'parquet';
  // A stream of messages begins with the mark of one.
  if (text === 'ARROW1' || text.startsWith('\u00ff\u00ff\u00ff\u00ff')) return 'arrow';
  return 'ndjson';
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function* unzipped(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    // Whatever goes wrong before the last stream is thrown where that is read.
    yield* pipeline(Readable.from(chunks), createGunzip(), () => undefined) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw cause;
    throw new CommandError(`${name}: the file is not sound gzip: ${(cause as Error).message}`, { cause });
  }
}

async function inMemory(name: string, chunks: AsyncIterable<Uint8Array>): Promise<FileBytes> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const bytes = Buffer.concat(all);
  return { path: name, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}
