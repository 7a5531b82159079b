import Table from 'cli-table3';
import { jsonText } from './json-text.js';
import { plainLine } from './plain-line.js';

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A value as a cell shows it: null as nothing, texts on one line, everything else as JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return plainLine(value);
  return typeof value === 'object' ? plainLine(jsonText(value)) : String(value);
}

/** Rows under their headings, numbers to the right, without lines. */
export function textTable(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const numeric = headings.map((_, column) => {
    const values = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined);
    return (
      values.length > 0 && values.every((value) => typeof value === 'number' || typeof value === 'bigint')
    );
  });
  const table = new Table({
    head: headings.map(plainLine),
    chars: PLAIN,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
  });
  for (const row of rows) table.push(row.map(cellText));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
