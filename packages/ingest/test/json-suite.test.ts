import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FIXTURES_MISSING } from '../../../test/support/suite-where.js';
import { normalizeMessage } from '../src/index.js';
import { queueMessage } from './batch-world.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const SUITE = join(ROOT, '..', 'shared', 'fixtures', 'json');
const HEAD = '"messageId":"m","publishTime":"2026-01-01T00:00:00Z"';
const CONTEXT = { topic: 'events', mode: 'auto', nowMicros: 1_767_312_000_000_000n } as const;

if (!existsSync(SUITE)) {
  test('the public JSON parsing suite', (context) => context.skip(FIXTURES_MISSING));
} else {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  // SQS delivers UTF-8 only, so the suite's files in other encodings cannot reach us as bodies.
  const files = readdirSync(SUITE).flatMap((name) => {
    try {
      return [{ name, text: utf8.decode(readFileSync(join(SUITE, name))) }];
    } catch {
      return [];
    }
  });
  const isObject = (text: string): boolean => text.trim().startsWith('{');

  test.each(files.filter(({ name }) => name.startsWith('y_')))('$name is taken byte for byte', ({ text }) => {
    const bare = normalizeMessage(queueMessage('1', { body: text }), CONTEXT);
    if (isObject(text)) expect(bare).toMatchObject({ ok: true, envelope: { json_payload: text } });
    else expect(bare).toMatchObject({ ok: false, failure: { code: 'BODY_NOT_OBJECT' } });
    // Null is no payload, and a string is unescaped: neither is cut out.
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value === 'string') return;
    const wrapped = normalizeMessage(
      queueMessage('1', { body: `{${HEAD},"payload":${text}, "z":0}` }),
      CONTEXT,
    );
    expect(wrapped).toMatchObject({
      ok: true,
      envelope: { json_payload: text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''), message_id: 'm' },
    });
  });

  test.each(files.filter(({ name }) => name.startsWith('n_')))(
    '$name is malformed, and nothing worse',
    ({ text }) => {
      const result = normalizeMessage(queueMessage('1', { body: text }), CONTEXT);
      expect(result).toMatchObject({ ok: false, failure: { errorClass: 'malformed', action: 'DROP' } });
    },
  );

  test.each(files.filter(({ name }) => name.startsWith('i_')))('$name does no harm', ({ text }) => {
    expect(() => normalizeMessage(queueMessage('1', { body: text }), CONTEXT)).not.toThrow();
  });
}
