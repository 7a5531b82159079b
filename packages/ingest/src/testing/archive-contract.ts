import assert from 'node:assert/strict';
import type { Archive, ArchivedMessage, ArchiveFilter } from '../archive/archive.js';
import { archiveId } from '../archive/archive-key.js';
import { type ContractCase, withCode } from './contract-case.js';

/** One empty archive, and the means to look at it from elsewhere. */
export interface ArchiveFixture {
  readonly archive: Archive;
  /** Opens the same archive again, as a second process would. */
  again(): Promise<Archive>;
  dispose(): Promise<void>;
}

export interface ArchiveHarness {
  create(): Promise<ArchiveFixture>;
}

/** A message as a queue might have delivered it, with everything that is awkward to keep. */
export function sampleArchivedMessage(changes: Partial<ArchivedMessage> = {}): ArchivedMessage {
  const message = {
    kind: 'quarantine',
    topic: 'user_logins',
    queueArn: 'arn:aws:sqs:eu-west-1:1:lean-ops-dev-user-logins-queue',
    sqsMessageId: 'sqs/1 ü',
    sentTimestampMs: Date.UTC(2026, 0, 31, 23, 59, 59, 999),
    firstIngestionMicros: 9_007_199_254_740_993n,
    body: '{"a": 1.10,\r\n\t"é":"\u{1F600}"} trailing \u0001 half \ud800',
    attributes: { trace: 'x=1;y="2"', empty: '' },
    errorClass: 'malformed',
    errorCode: 'BODY_NOT_JSON',
    errorMessage: 'the body is not JSON',
    archivedAtMs: Date.UTC(2026, 1, 1),
    ...changes,
  } as const;
  return { id: archiveId(message), ...message };
}

/**
 * Everything an `Archive` promises, as named cases for any test runner.
 *
 * @example
 * for (const { name, run } of archiveContract(harness)) test(name, run);
 */
export function archiveContract(harness: ArchiveHarness): ContractCase[] {
  const example = (name: string, body: (fixture: ArchiveFixture) => Promise<void>): ContractCase => ({
    name: `archive: ${name}`,
    run: async () => {
      const fixture = await harness.create();
      try {
        await body(fixture);
      } finally {
        await fixture.dispose();
      }
    },
  });
  return [...keepingCases(example), ...listingCases(example)];
}

type Example = (name: string, body: (fixture: ArchiveFixture) => Promise<void>) => ContractCase;

function keepingCases(example: Example): ContractCase[] {
  return [
    example('a message comes back whole, also to another process', async ({ archive, again }) => {
      const message = sampleArchivedMessage();
      const key = await archive.put(message);
      assert.deepEqual(await archive.get(key), message);
      assert.deepEqual(await (await again()).get(key), message);
    }),
    example('a body of a mebibyte comes back whole', async ({ archive }) => {
      const message = sampleArchivedMessage({ body: '"\\'.repeat(512 * 1024) });
      assert.deepEqual(await archive.get(await archive.put(message)), message);
    }),
    example('archiving again changes nothing, whoever does it and when', async ({ archive, again }) => {
      const message = sampleArchivedMessage();
      const key = await archive.put(message);
      const later = { ...message, archivedAtMs: message.archivedAtMs + 86_400_000, errorMessage: 'other' };
      assert.equal(await (await again()).put(later), key);
      assert.deepEqual(await archive.get(key), message);
      assert.deepEqual(await keysOf(archive), [key]);
    }),
    example('one message archived by many at once is kept once', async ({ archive, again }) => {
      const other = await again();
      const message = sampleArchivedMessage();
      const keys = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? archive : other).put(message)),
      );
      assert.equal(new Set(keys).size, 1);
      assert.deepEqual(await keysOf(archive), [keys[0]]);
      assert.deepEqual(await archive.get(keys[0]!), message);
    }),
    example('messages of one queue id with other bodies or kinds are all kept', async ({ archive }) => {
      const messages = [
        sampleArchivedMessage(),
        sampleArchivedMessage({ body: '{}' }),
        sampleArchivedMessage({ kind: 'dead-letter' }),
        sampleArchivedMessage({ kind: 'delivery-failure' }),
      ];
      for (const message of messages)
        assert.deepEqual(await archive.get(await archive.put(message)), message);
      assert.equal((await keysOf(archive)).length, 4);
    }),
    example('a key that was never given, and what is no key, are told apart', async ({ archive }) => {
      const key = await archive.put(sampleArchivedMessage());
      await assert.rejects(archive.get(key.replace('user_logins', 'events')), withCode('ARCHIVE_NOT_FOUND'));
      for (const bad of ['', '../secret', `../${key}`, `${key}/..`, '/etc/passwd']) {
        await assert.rejects(archive.get(bad), withCode('ARCHIVE_KEY_INVALID'));
      }
    }),
    example('a topic or id that could leave the archive is refused', async ({ archive }) => {
      for (const changes of [{ topic: '../..' }, { topic: '' }, { id: '../x' }, { id: '' }]) {
        const message = { ...sampleArchivedMessage(), ...changes };
        await assert.rejects(archive.put(message), withCode('ARCHIVE_KEY_INVALID'));
      }
      assert.deepEqual(await keysOf(archive), []);
    }),
  ];
}

function listingCases(example: Example): ContractCase[] {
  return [
    example('nothing is listed before anything is archived', async ({ archive }) => {
      assert.deepEqual(await keysOf(archive), []);
    }),
    example('keys are listed in order, by kind, topic and day', async ({ archive }) => {
      const january = await archive.put(sampleArchivedMessage());
      const february = await archive.put(sampleArchivedMessage({ sentTimestampMs: Date.UTC(2026, 1, 1) }));
      const dead = await archive.put(sampleArchivedMessage({ kind: 'dead-letter' }));
      const unknown = await archive.put(sampleArchivedMessage({ topic: 'unknown' }));
      assert.deepEqual(await keysOf(archive), [january, february, dead, unknown].sort());
      assert.deepEqual(await keysOf(archive, { kind: 'dead-letter' }), [dead]);
      assert.deepEqual(await keysOf(archive, { topic: 'unknown' }), [unknown]);
      assert.deepEqual(await keysOf(archive, { kind: 'quarantine', day: '2026-02-01' }), [february]);
      assert.deepEqual(await keysOf(archive, { day: '2026-01-31' }), [january, dead, unknown].sort());
      assert.deepEqual(await keysOf(archive, { topic: 'events' }), []);
    }),
    example(
      'a producer clock that is far off does not stop a message from being archived',
      async ({ archive }) => {
        for (const sentTimestampMs of [0, -1, 8.64e15, Number.MAX_SAFE_INTEGER]) {
          const message = sampleArchivedMessage({ sentTimestampMs, body: String(sentTimestampMs) });
          assert.deepEqual(await archive.get(await archive.put(message)), message);
        }
      },
    ),
  ];
}

async function keysOf(archive: Archive, filter?: ArchiveFilter): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of archive.list(filter)) keys.push(key);
  return keys;
}
