import { jsonText } from './json-text.js';
import type { Output } from './output.js';

export type OutputFormat = 'table' | 'ndjson' | 'json';

export type Row = Readonly<Record<string, unknown>>;

/** Bytes, roughly, that are written in one go. */
const WRITE_CHARACTERS = 65_536;
/** Rows under one heading: laying out a table takes time that grows with the square of its rows. */
const ROWS_PER_PAGE = 100;

/**
 * Prints rows as they come, with as little of them in memory as one page or one write takes. Ends early, without an
 * error, when the reader has gone.
 */
export async function printRows(
  stdout: Output,
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly string[],
  format: OutputFormat | undefined,
): Promise<void> {
  switch (format ?? (stdout.isTerminal ? 'table' : 'ndjson')) {
    case 'table':
      return printPages(stdout, rows, columns);
    case 'json':
      return printArray(stdout, rows);
    case 'ndjson':
      return printTexts(stdout, rows, (text) => `${text}\n`);
  }
}

async function printPages(
  stdout: Output,
  rows: Iterable<Row> | AsyncIterable<Row>,
  columns: readonly string[],
): Promise<void> {
  const { textTable } = await import('./text-table.js');
  let page: unknown[][] = [];
  let pages = 0;
  for await (const row of rows) {
    if (page.length === ROWS_PER_PAGE) {
      await stdout.line(`${textTable(columns, page)}\n`);
      if (stdout.closed) return;
      page = [];
      pages += 1;
    }
    page.push(columns.map((name) => shown(row[name])));
  }
  if (page.length > 0 || pages === 0) await stdout.line(textTable(columns, page));
}

function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

/** One array, a row a line. What fails half-way leaves it open, so that nobody takes it for the whole. */
async function printArray(stdout: Output, rows: Iterable<Row> | AsyncIterable<Row>): Promise<void> {
  let before = '[\n';
  await printTexts(stdout, rows, (text) => {
    const line = `${before}${text}`;
    before = ',\n';
    return line;
  });
  await stdout.write(before === '[\n' ? '[]\n' : '\n]\n');
}

async function printTexts(
  stdout: Output,
  rows: Iterable<Row> | AsyncIterable<Row>,
  lineOf: (text: string) => string,
): Promise<void> {
  let pending = '';
  for await (const row of rows) {
    pending += lineOf(jsonText(row));
    if (pending.length < WRITE_CHARACTERS) continue;
    await stdout.write(pending);
    pending = '';
    if (stdout.closed) return;
  }
  await stdout.write(pending);
}
