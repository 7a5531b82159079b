import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { jsonText } from './json-text.js';
import { Output } from './output.js';
import { plainLine } from './plain-line.js';
import { cellText, textTable } from './text-table.js';

describe('jsonText', () => {
  it('keeps every digit of 64-bit integers and writes bytes as base64', () => {
    expect(jsonText({ long: 9223372036854775807n, bytes: new Uint8Array([0, 255]), nested: [-1n] })).toBe(
      '{"long":9223372036854775807,"bytes":"AP8=","nested":[-1]}',
    );
  });

  it('writes what JSON has no number for as text', () => {
    expect(jsonText([Number.NaN, Number.POSITIVE_INFINITY, 0.1])).toBe('["NaN","Infinity",0.1]');
  });

  it('writes maps as objects', () => {
    expect(jsonText(new Map([['a', 1n]]))).toBe('{"a":1}');
  });
});

describe('Output', () => {
  it('does nothing once its reader has gone', async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const output = new Output(stream);
    await output.line('lost');
    await new Promise((resolve) => setImmediate(resolve));
    expect(output.closed).toBe(true);
    await output.line('lost too');
  });

  it('says at the end what the stream failed with, and writes nothing more to it', async () => {
    let writes = 0;
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        writes += 1;
        done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC', syscall: 'write' }));
      },
    });
    const output = new Output(stream);
    await output.line('lost');
    await expect(output.finish()).rejects.toThrow('no space left on device');
    await output.line('lost too');
    expect(writes).toBe(1);
    expect(output.closed).toBe(true);
  });

  it('finishes when all has arrived, and quietly when its reader has gone', async () => {
    const late: string[] = [];
    const slow = new Output(
      new Writable({
        write: (chunk, _encoding, done) =>
          setImmediate(() => {
            late.push(String(chunk));
            done();
          }),
      }),
    );
    await slow.line('slow');
    await slow.finish();
    expect(late.join('')).toBe('slow\n');
    const gone = new Output(
      new Writable({
        write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
      }),
    );
    await gone.line('lost');
    await gone.finish();
  });

  it('waits where the stream is full', async () => {
    const written: string[] = [];
    const stream = new Writable({
      highWaterMark: 4,
      write: (chunk, _encoding, done) => {
        setImmediate(() => {
          written.push(String(chunk));
          done();
        });
      },
    });
    const output = new Output(stream);
    await output.line('more than four bytes');
    expect(written).toEqual(['more than four bytes\n']);
  });
});

describe('textTable', () => {
  it('lines up columns, numbers to the right', () => {
    expect(
      textTable(
        ['name', 'rows'],
        [
          ['a', 5],
          ['longer', 12345n],
          [null, 0],
        ],
      ),
    ).toBe(['name     rows', 'a           5', 'longer  12345', '            0'].join('\n'));
  });

  it('never hands a terminal what it would obey', () => {
    expect(plainLine('a\u001b[2Jb\u009b31mc\u0007\u007f\ré')).toBe(
      'a\\u001b[2Jb\\u009b31mc\\u0007\\u007f\\ré',
    );
    expect(textTable(['\u001b[1m'], [[{ a: '\u009b' }]])).toBe('\\u001b[1m\n{"a":"\\u009b"}');
  });

  it('keeps a text on one line and shows structures as JSON', () => {
    expect(cellText('a\nb\tc')).toBe('a\\nb\\tc');
    expect(cellText({ a: [1n] })).toBe('{"a":[1]}');
    expect(cellText(null)).toBe('');
  });
});
