import type { RecordBatch } from 'apache-arrow';
import { rowsToBatch } from '../../arrow/batch-from-rows.js';
import { IcebergError } from '../../error.js';
import type { Schema } from '../../schema/schema.js';
import { CommandError } from '../usage-error.js';
import { parseJsonExactly } from './exact-number.js';
import { jsonRowConverter } from './json-row.js';
import { linesOf } from './lines.js';
import { repeatedKey } from './repeated-key.js';

const ROWS_PER_BATCH = 4096;
/** A batch is made earlier when its lines are long. */
const BYTES_PER_BATCH = 16 * 1024 * 1024;

interface Line {
  readonly row: Record<string, unknown>;
  readonly number: number;
}

/**
 * Batches of the rows of newline-delimited JSON. Empty lines are passed over.
 *
 * @throws {CommandError} for a line that is no JSON object; `IcebergError` for one that does not fit the schema. Both
 * name the line.
 */
export async function* readNdjson(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  schema: Schema,
): AsyncGenerator<RecordBatch> {
  const parse = lineParser(name, schema);
  let pending: Line[] = [];
  let bytes = 0;
  let number = 0;
  for await (const lines of linesOf(chunks)) {
    for (const line of lines) {
      number += 1;
      const row = parse(line, number);
      if (row === null) continue;
      pending.push({ row, number });
      bytes += line.length;
      if (pending.length < ROWS_PER_BATCH && bytes < BYTES_PER_BATCH) continue;
      yield batchOf(name, schema, pending);
      pending = [];
      bytes = 0;
    }
  }
  if (pending.length > 0) yield batchOf(name, schema, pending);
}

function lineParser(
  name: string,
  schema: Schema,
): (line: Uint8Array, number: number) => Record<string, unknown> | null {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const convert = jsonRowConverter(schema);
  const faulty = (number: number, what: string, cause?: unknown): CommandError =>
    new CommandError(`${name}, line ${number}: ${what}`, { cause });
  return (line, number) => {
    let text: string;
    try {
      text = decoder.decode(line).trim();
    } catch (cause) {
      throw faulty(number, 'the bytes are not UTF-8', cause);
    }
    if (text === '') return null;
    let parsed: unknown;
    try {
      parsed = parseJsonExactly(text);
    } catch (cause) {
      const array = number === 1 && text.startsWith('[');
      const hint = array ? '; an array over several lines is not read: write one object a line' : '';
      throw faulty(number, `this is no JSON: ${(cause as Error).message}${hint}`, cause);
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      throw faulty(number, 'a row is a JSON object, one a line');
    }
    const repeated = repeatedKey(text, parsed);
    if (repeated !== null) throw faulty(number, `the key ${JSON.stringify(repeated)} is there twice`);
    try {
      return convert(parsed);
    } catch (error) {
      throw atLine(error, name, number);
    }
  };
}

function batchOf(name: string, schema: Schema, lines: readonly Line[]): RecordBatch {
  const rows = lines.map(({ row }) => row);
  return rowsToBatch(schema, rows, (error, index) => atLine(error, name, lines[index]!.number));
}

function atLine(error: unknown, file: string, line: number): unknown {
  if (!(error instanceof IcebergError)) return error;
  const { code, context } = error;
  return new IcebergError(`${file}, line ${line}: ${error.message}`, {
    code,
    context: { ...context, file, line },
    cause: error,
  });
}
