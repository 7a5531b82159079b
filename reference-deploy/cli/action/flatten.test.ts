import { describe, expect, it } from 'vitest';
import { runCommand } from '../testing.js';

function linesOf(text: string): unknown[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('lean-ops flatten', () => {
  it('gives one row of texts per line, numbers with every digit', async () => {
    const input = [
      '{"event":{"userId":1.10,"big":9007199254740993}}\n{"event":{"userId":null},"tags":[1, 2]}\n',
    ];
    const { code, stdout } = await runCommand(['flatten'], input);
    expect(code).toBe(0);
    expect(linesOf(stdout)).toEqual([
      { event_userid: '1.10', event_big: '9007199254740993' },
      { tags: '[1, 2]' },
    ]);
  });

  it('puts a parse error in the place of a line that is no JSON object and ends with exit code 1', async () => {
    const { code, stdout, stderr } = await runCommand(['flatten'], ['{"a":1}\n{"a":\n42\n\n{"a":2}\n']);
    expect(code).toBe(1);
    expect(stderr).toBe('');
    expect(linesOf(stdout)).toEqual([
      { a: '1' },
      { _parse_error: { reason: 'UNEXPECTED_END', offset: 5 } },
      { _parse_error: { reason: 'NOT_AN_OBJECT', offset: 0 } },
      { _parse_error: { reason: 'UNEXPECTED_END', offset: 0 } },
      { a: '2' },
    ]);
  });

  it('gives the same rows wherever the input is cut into chunks', async () => {
    const text = '{"a":{"b":"ü"}}\n{"x":true}\nnope\n{"a":{"c":1}}';
    const bytes = Buffer.from(text, 'utf8');
    const whole = await runCommand(['flatten'], [bytes]);
    const pieces = await runCommand(
      ['flatten'],
      Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1)),
    );
    expect(pieces).toEqual(whole);
    expect(linesOf(whole.stdout)).toHaveLength(4);
  });

  it('reports bytes that are not UTF-8 by their offset', async () => {
    const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
    const { code, stdout } = await runCommand(['flatten'], [line]);
    expect(code).toBe(1);
    expect(linesOf(stdout)).toEqual([{ _parse_error: { reason: 'INVALID_UTF8', offset: 6 } }]);
  });

  it('gives nothing for nothing', async () => {
    expect(await runCommand(['flatten'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('keeps to the limits it is given', async () => {
    const { stdout } = await runCommand(
      ['flatten', '--max-depth', '1', '--max-columns', '1'],
      ['{"a":{"b":1},"c":2}\n'],
    );
    expect(linesOf(stdout)).toEqual([{ a: '{"b":1}', _overflow: '{"$.c":2}' }]);
  });
});
