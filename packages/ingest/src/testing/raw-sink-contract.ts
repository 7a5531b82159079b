import assert from 'node:assert/strict';
import type { Envelope } from '@lean-ops/core';
import { encodeEnvelope } from '../envelope/envelope-codec.js';
import type { RawSink, SinkRecord } from '../raw-sink/raw-sink.js';
import { type ContractCase, withCode } from './contract-case.js';

/** One sink in front of empty RAW tables, and the means to read them. */
export interface RawSinkFixture {
  readonly sink: RawSink;
  /** Every RAW row of a topic, once everything the sink accepted has arrived. */
  rows(topic: string): Promise<Envelope[]>;
  dispose(): Promise<void>;
}

export interface RawSinkHarness {
  /** Tables must exist for these topics, and for no other. */
  create(topics: readonly string[]): Promise<RawSinkFixture>;
}

/** An envelope with everything that is awkward to carry. */
export function sampleEnvelope(changes: Partial<Envelope> = {}): Envelope {
  return {
    topic_name: 'events',
    message_id: 'message "1"\\',
    sqs_message_id: 'sqs-1',
    idempotency_key: null,
    period_reference: null,
    correlation_id: null,
    publish_time: 1_767_225_600_000_001n,
    publish_time_source: 'producer',
    ingestion_ts: 1_767_225_599_999_999n,
    json_payload: ' {"n": 9007199254740993.10,\r\n"é":"\u{1F600}\\ud800"}\t',
    envelope_json: null,
    ...changes,
  };
}

function record(envelope: Envelope): SinkRecord {
  return { topic: envelope.topic_name, bytes: encodeEnvelope(envelope) };
}

async function accepted(sink: RawSink, envelopes: readonly Envelope[]): Promise<boolean[]> {
  return (await sink.put(envelopes.map(record))).map((result) => result.accepted);
}

function byMessageId(envelopes: readonly Envelope[]): Envelope[] {
  return [...envelopes].sort((left, right) => (left.message_id < right.message_id ? -1 : 1));
}

/**
 * Everything a `RawSink` promises, as named cases for any test runner.
 *
 * @example
 * for (const { name, run } of rawSinkContract(harness)) test(name, run);
 */
export function rawSinkContract(harness: RawSinkHarness): ContractCase[] {
  const example = (name: string, body: (fixture: RawSinkFixture) => Promise<void>): ContractCase => ({
    name: `raw sink: ${name}`,
    run: async () => {
      const fixture = await harness.create(['events', 'clicks']);
      try {
        await body(fixture);
      } finally {
        await fixture.dispose();
      }
    },
  });
  return [...arrivalCases(example), ...limitCases(example)];
}

type Example = (name: string, body: (fixture: RawSinkFixture) => Promise<void>) => ContractCase;

function arrivalCases(example: Example): ContractCase[] {
  return [
    example('an accepted record is in RAW, every byte and microsecond of it', async ({ sink, rows }) => {
      const bare = sampleEnvelope();
      const wrapped = sampleEnvelope({
        message_id: 'message 2',
        idempotency_key: '',
        period_reference: '2026-01',
        correlation_id: 'c\u0000',
        publish_time_source: 'sqs',
        json_payload: '',
        envelope_json: '{"payload":null}',
      });
      assert.deepEqual(await accepted(sink, [bare, wrapped]), [true, true]);
      assert.deepEqual(byMessageId(await rows('events')), [bare, wrapped]);
      assert.deepEqual(await rows('clicks'), []);
    }),
    example('records of several topics go each to its own table', async ({ sink, rows }) => {
      const envelopes = ['events', 'clicks', 'events'].map((topic_name, index) =>
        sampleEnvelope({ topic_name, message_id: `m${index}` }),
      );
      assert.deepEqual(await accepted(sink, envelopes), [true, true, true]);
      assert.deepEqual(byMessageId(await rows('events')), [envelopes[0], envelopes[2]]);
      assert.deepEqual(await rows('clicks'), [envelopes[1]]);
    }),
    example('copies are all kept: RAW is what was received', async ({ sink, rows }) => {
      const envelope = sampleEnvelope();
      await accepted(sink, [envelope, envelope]);
      await accepted(sink, [envelope]);
      assert.equal((await rows('events')).length, 3);
    }),
    example('puts at once are all there', async ({ sink, rows }) => {
      const puts = Array.from({ length: 8 }, (_, index) => [sampleEnvelope({ message_id: `m${index}` })]);
      const results = await Promise.all(puts.map((envelopes) => accepted(sink, envelopes)));
      assert.ok(results.flat().every(Boolean));
      assert.deepEqual(byMessageId(await rows('events')), puts.flat());
    }),
    example('a record that is no envelope fails alone', async ({ sink, rows }) => {
      const good = sampleEnvelope();
      const results = await sink.put([
        { topic: 'events', bytes: Buffer.from('{"a":1}') },
        record(good),
        { topic: 'events', bytes: Buffer.from('not json') },
      ]);
      assert.deepEqual(
        results.map((result) => result.accepted),
        [false, true, false],
      );
      assert.deepEqual(await rows('events'), [good]);
    }),
    example('no records are nothing to do', async ({ sink }) => {
      assert.deepEqual(await sink.put([]), []);
    }),
  ];
}

function limitCases(example: Example): ContractCase[] {
  return [
    example('its limits are positive whole numbers, and one record fits into a batch', async ({ sink }) => {
      const { maxRecordBytes, maxBatchRecords, maxBatchBytes } = sink;
      for (const limit of [maxRecordBytes, maxBatchRecords, maxBatchBytes]) {
        assert.ok(Number.isSafeInteger(limit) && limit > 0);
      }
      assert.ok(maxRecordBytes <= maxBatchBytes);
    }),
    example('a full batch is accepted, and one record more is refused whole', async ({ sink, rows }) => {
      const bytes = encodeEnvelope(sampleEnvelope({ json_payload: '{}' })).length;
      const count = Math.min(sink.maxBatchRecords, Math.floor(sink.maxBatchBytes / bytes));
      const envelopes = Array.from({ length: count }, () => sampleEnvelope({ json_payload: '{}' }));
      assert.ok((await accepted(sink, envelopes)).every(Boolean));
      assert.equal((await rows('events')).length, count);
      const more = [...envelopes, ...envelopes.slice(0, 1)];
      await assert.rejects(accepted(sink, more), withCode('INVALID_ARGUMENT'));
      assert.equal((await rows('events')).length, count);
    }),
    example(
      'a record of the greatest size is accepted, and one byte more is refused',
      async ({ sink, rows }) => {
        const frame = encodeEnvelope(sampleEnvelope({ json_payload: '' })).length;
        const fitting = sampleEnvelope({ json_payload: 'x'.repeat(sink.maxRecordBytes - frame) });
        assert.deepEqual(await accepted(sink, [fitting]), [true]);
        const above = sampleEnvelope({ json_payload: `${fitting.json_payload}x` });
        await assert.rejects(accepted(sink, [above]), withCode('INVALID_ARGUMENT'));
        assert.deepEqual(await rows('events'), [fitting]);
      },
    ),
  ];
}
