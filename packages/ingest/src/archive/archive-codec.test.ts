import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sampleArchivedMessage } from '../testing/archive-contract.js';
import { decodeArchivedMessage, encodeArchivedMessage } from './archive-codec.js';

const message = sampleArchivedMessage();
const bytes = encodeArchivedMessage(message);

test('no single flipped bit changes a message without a word', () => {
  let refused = 0;
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    try {
      expect(decodeArchivedMessage(damaged, 'key')).toEqual(message);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ARCHIVE_CORRUPT', context: { key: 'key' } });
      refused += 1;
    }
  }
  // The header holds a time, flags and an operating system that say nothing about the text.
  expect(refused).toBeGreaterThan((bytes.length - 10) * 8 - 1);
});

test('a message that is cut off is refused, wherever', () => {
  for (let length = 0; length < bytes.length; length += 1) {
    expect(() => decodeArchivedMessage(bytes.subarray(0, length), 'key')).toThrow('key cannot be read');
  }
});

test.each([{ body: '{"a":2}' }, { sqsMessageId: 'another' }, { kind: 'dead-letter' }])(
  'a message whose %j is not what its id was made of is refused',
  (changes) => {
    const { firstIngestionMicros, ...rest } = { ...message, ...changes };
    const document = { formatVersion: 1, ...rest, firstIngestionMicros: String(firstIngestionMicros) };
    expect(() => decodeArchivedMessage(gzipSync(JSON.stringify(document)), 'key')).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_CORRUPT' }),
    );
  },
);
