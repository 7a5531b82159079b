import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CurateError } from '../error.js';
import { maskOf } from './mask.js';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const key = bytes('a masking key');

describe('a mask', () => {
  it('hash is the keyed SHA-256 of the text', () => {
    const expected = createHmac('sha256', key).update('123-45-6789').digest('hex');
    expect(maskOf('hash', key, 'ssn')?.(bytes('123-45-6789'))).toBe(expected);
    expect(maskOf('hash', bytes('another'), 'ssn')?.(bytes('123-45-6789'))).not.toBe(expected);
  });

  it('hash needs a key', () => {
    expect(() => maskOf('hash', undefined, 'ssn')).toThrow(CurateError);
    expect(() => maskOf('hash', new Uint8Array(0), 'ssn')).toThrow(CurateError);
  });

  it.each([
    ['123-45-6789', '****6789'],
    ['12345', '****2345'],
    ['1234', '****'],
    ['', '****'],
    ['naïve 😀€😀€', '****😀€😀€'],
  ])('last4 of %s is %s', (text, masked) => {
    expect(maskOf('last4', undefined, 'card')?.(bytes(text))).toBe(masked);
  });

  it('redact says nothing, and drop is no mask at all', () => {
    expect(maskOf('redact', undefined, 'ssn')?.(bytes('x'))).toBe('***');
    expect(maskOf('drop', undefined, 'ssn')).toBeNull();
  });
});
