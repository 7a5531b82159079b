import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, linesOf } from './line-splitter.js';

function split(text: string, cuts: readonly number[]): string[] {
  const splitter = new LineSplitter();
  const bytes = Buffer.from(text, 'utf8');
  const bounds = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const lines = bounds
    .slice(1)
    .flatMap((end, position) => splitter.push(bytes.subarray(bounds[position], end)));
  return [...lines, ...splitter.end()].map((line) => Buffer.from(line).toString('utf8'));
}

describe('LineSplitter', () => {
  it('gives the same lines wherever the chunks are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'ß', '\n', '\r', '🙂')),
        fc.array(fc.nat(200)),
        (parts, cuts) => {
          const text = parts.join('');
          const expected = text.split('\n');
          if (expected.at(-1) === '') expected.pop();
          expect(split(text, cuts)).toEqual(expected);
        },
      ),
    );
  });

  it.each([1, 2, 100])(
    'leaves out a byte order mark at the beginning, in chunks of %i bytes',
    async (size) => {
      const bytes = Buffer.from('\ufeff{"a":1}\n\ufeff2\n');
      const chunks: Uint8Array[] = [];
      for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
      const lines: string[] = [];
      for await (const some of linesOf(Readable.from(chunks)))
        lines.push(...some.map((line) => Buffer.from(line).toString()));
      expect(lines).toEqual(['{"a":1}', '\ufeff2']);
    },
  );

  it('keeps empty lines and counts no line after the last line feed', () => {
    expect(split('a\n\nb\n', [])).toEqual(['a', '', 'b']);
    expect(split('', [])).toEqual([]);
    expect(split('\n', [])).toEqual(['']);
  });
});
