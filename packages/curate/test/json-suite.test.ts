import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../test/support/suite-where.js';
import { Flattener } from '../src/flatten/flattener.js';
import { fault, scanText } from '../src/flatten/scanner.js';
import { firstInvalidUtf8 } from '../src/flatten/utf8.js';
import { utf8ColumnOf } from '../src/flatten/utf8-column.js';
import { judge } from './json-oracle.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/fixtures/json');
const present = existsSync(folder);
if (!present)
  console.log('skipped: the public JSON parsing suite is not beside the repository (shared/fixtures/json)');

/** Byte offset of the first fault, -1 for a valid text. */
function firstFault(bytes: Uint8Array): number {
  const invalid = firstInvalidUtf8(bytes, 0, bytes.length);
  const at = scanText(bytes, 0, bytes.length);
  if (at >= 0) return invalid;
  return invalid < 0 ? ~at : Math.min(~at, invalid);
}

suiteWhere(present ? null : FIXTURES_MISSING, 'the public JSON parsing suite', () => {
  const files = present ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const read = (name: string) => readFileSync(join(folder, name));

  it('is there whole, and holds nothing that is not looked at', () => {
    expect(files.every((name) => /^[yni]_/.test(name))).toBe(true);
    expect(files.length).toBeGreaterThan(150);
  });

  it.each(files.filter((name) => name.startsWith('y_')))('accepts %s and keeps its bytes', (name) => {
    expect(firstFault(read(name))).toBe(-1);
    const { failures, columns } = wrapped(read(name));
    expect(failures).toEqual([]);
    expect(Buffer.from(columns[0]!.vector.data[0]!.values)).toEqual(
      Buffer.concat([Buffer.from('['), read(name), Buffer.from(']')]),
    );
  });

  it.each(files.filter((name) => name.startsWith('n_')))(
    'rejects %s with the offset of its first fault',
    (name) => {
      const bytes = read(name);
      const offset = firstFault(bytes);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(bytes.length);
      const [failure] = new Flattener().flatten(utf8ColumnOf([bytes])).failures;
      expect(failure).toMatchObject({ row: 0, offset });
    },
  );

  it.each(files.filter((name) => name.startsWith('i_')))('treats %s as JSON.parse does', (name) => {
    const bytes = read(name);
    const accepted = judge(bytes)?.ok === true;
    expect(firstFault(bytes) < 0).toBe(accepted);
    expect(wrapped(bytes).failures).toHaveLength(accepted ? 0 : 1);
  });

  /** The text as the one item of a member, for the flattener takes objects only. */
  function wrapped(bytes: Uint8Array) {
    return new Flattener().flatten(
      utf8ColumnOf([Buffer.concat([Buffer.from('{"v":['), bytes, Buffer.from(']}')])]),
    );
  }
});

describe('the offset of a fault', () => {
  it.each<[string, string, number]>([
    ['', 'UNEXPECTED_END', 0],
    ['  ', 'UNEXPECTED_END', 2],
    ['{"a":1', 'UNEXPECTED_END', 6],
    ['{"a"', 'UNEXPECTED_END', 4],
    ['{"a":"x', 'UNEXPECTED_END', 7],
    ['{"a":"\\u00', 'UNEXPECTED_END', 10],
    ['{"a":tru', 'UNEXPECTED_END', 8],
    ['{"a":-', 'UNEXPECTED_END', 6],
    ['{"a":[1,{"b":', 'UNEXPECTED_END', 13],
    ['hello', 'UNEXPECTED_CHARACTER', 0],
    ['{"a":trap}', 'UNEXPECTED_CHARACTER', 7],
    ['{"a":1,}', 'UNEXPECTED_CHARACTER', 7],
    ['{a:1}', 'UNEXPECTED_CHARACTER', 1],
    ['{"a":[1,]}', 'UNEXPECTED_CHARACTER', 8],
    ['{"a":[1}', 'UNEXPECTED_CHARACTER', 7],
    ['{"a":01}', 'UNEXPECTED_CHARACTER', 6],
    ['{"a":1.}', 'INVALID_NUMBER', 7],
    ['{"a":1e+}', 'INVALID_NUMBER', 8],
    ['{"a":-x}', 'INVALID_NUMBER', 6],
    ['{"a":"\\x"}', 'INVALID_ESCAPE', 7],
    ['{"a":"\\u12G4"}', 'INVALID_ESCAPE', 10],
    ['{"a":"é\n"}', 'CONTROL_CHARACTER', 8],
    ['{"a":1} x', 'TRAILING_BYTES', 8],
    ['{}{}', 'TRAILING_BYTES', 2],
    [' [1]', 'NOT_AN_OBJECT', 1],
    ['null', 'NOT_AN_OBJECT', 0],
    ['[1', 'UNEXPECTED_END', 2],
    ['\ufeff{}', 'UNEXPECTED_CHARACTER', 0],
  ])('of %j is %s at byte %i', (text, reason, offset) => {
    const payloads = utf8ColumnOf([text]);
    const expected = { row: 0, reason, offset };
    expect(new Flattener().flatten(payloads).failures).toEqual([expected]);
    expect(new Flattener().validate(payloads)).toEqual([expected]);
    expect(new Flattener().extract(payloads, ['$.a']).failures).toEqual([expected]);
  });

  it('is the first byte of an ill-formed UTF-8 sequence, or of an earlier fault of another kind', () => {
    const bad = (...parts: (string | number)[]) =>
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
    const rows = [
      bad('{"a":"', 0xff, '"}'),
      bad('{"a":"x', 0xc3, '"}'),
      bad('{"a":"', 0xed, 0xa0, 0x80, '"}'),
      bad('{"a":"', 0xc0, 0xaf, '"}'),
      bad('{"a":"', 0xf4, 0x90, 0x80, 0x80, '"}'),
      bad('{"a":1]', 0xff),
    ];
    expect(new Flattener().flatten(utf8ColumnOf(rows)).failures).toEqual([
      { row: 0, reason: 'INVALID_UTF8', offset: 6 },
      { row: 1, reason: 'INVALID_UTF8', offset: 7 },
      { row: 2, reason: 'INVALID_UTF8', offset: 6 },
      { row: 3, reason: 'INVALID_UTF8', offset: 6 },
      { row: 4, reason: 'INVALID_UTF8', offset: 6 },
      { row: 5, reason: 'UNEXPECTED_CHARACTER', offset: 6 },
    ]);
  });

  it('finds a character cut in two by a row boundary', () => {
    const euro = Buffer.from('€');
    const rows = [Buffer.concat([Buffer.from('{"a":"'), euro.subarray(0, 1)]), euro.subarray(1)];
    expect(new Flattener().validate(utf8ColumnOf(rows))).toEqual([
      { row: 0, reason: 'INVALID_UTF8', offset: 6 },
      { row: 1, reason: 'INVALID_UTF8', offset: 0 },
    ]);
  });

  it('accepts a value nested 100,000 deep without using the stack', () => {
    const text = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}}`;
    const { columns, failures } = new Flattener().flatten(utf8ColumnOf([text]));
    expect(failures).toEqual([]);
    expect(columns[0]?.vector.get(0)?.length).toBe(200_000);
  });

  it('names the reason through the scanner too', () => {
    const bytes = Buffer.from('[1 2]');
    expect(~scanText(bytes, 0, bytes.length)).toBe(3);
    expect(fault.reason).toBe('UNEXPECTED_CHARACTER');
  });
});
