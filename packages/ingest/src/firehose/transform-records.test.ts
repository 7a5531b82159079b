import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEnvelope } from '../envelope/envelope-codec.js';
import { sampleEnvelope } from '../testing/index.js';
import { type FirehoseRecord, transformRecords } from './transform-records.js';

const OPTIONS = { namespace: 'raw', destinationTable: (topic: string) => `${topic}_staging` };

function record(recordId: string, topic_name = 'events', json_payload = '{}'): FirehoseRecord {
  const bytes = encodeEnvelope(sampleEnvelope({ topic_name, json_payload }));
  return { recordId, data: Buffer.from(bytes).toString('base64') };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('transformRecords', () => {
  test('routes each record to its topic’s table and leaves its data as they are', () => {
    const records = [record('1'), record('2', 'clicks')];
    expect(transformRecords(records, OPTIONS)).toEqual(
      records.map(({ recordId, data }, index) => ({
        recordId,
        result: 'Ok',
        data,
        metadata: {
          otfMetadata: {
            destinationDatabaseName: 'raw',
            destinationTableName: ['events_staging', 'clicks_staging'][index],
            operation: 'insert',
          },
        },
      })),
    );
  });

  test.each([
    ['not base64 of JSON', '%%%'],
    ['empty', ''],
    ['no envelope', base64('{"topic_name":"events"}')],
    [
      'an envelope with a member that RAW has no column for',
      base64(`{"extra":1,${'"topic_name":"events"'}}`),
    ],
  ])('a record that is %s fails, with its data, and the others go on', (_what, data) => {
    const results = transformRecords([record('1'), { recordId: '2', data }, record('3')], OPTIONS);
    expect(results.map(({ recordId, result }) => [recordId, result])).toEqual([
      ['1', 'Ok'],
      ['2', 'ProcessingFailed'],
      ['3', 'Ok'],
    ]);
    expect(results[1]).toEqual({ recordId: '2', result: 'ProcessingFailed', data });
  });

  test('a topic without a table fails, whether the lookup says so or throws', () => {
    const destinationTable = (topic: string): string | null => {
      if (topic === 'odd') throw new Error('no such topic');
      return topic === 'none' ? null : `${topic}_staging`;
    };
    const records = [record('1', 'none'), record('2', 'odd'), record('3')];
    const results = transformRecords(records, { namespace: 'raw', destinationTable });
    expect(results.map(({ result }) => result)).toEqual(['ProcessingFailed', 'ProcessingFailed', 'Ok']);
  });

  test('the answer stays within the limit, answers every record, and fails what does not fit', () => {
    const records = Array.from({ length: 20 }, (_, index) =>
      record(`r${index}`, 'events', 'x'.repeat(300_000)),
    );
    const results = transformRecords(records, OPTIONS);
    expect(results.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId));
    expect(Buffer.byteLength(JSON.stringify({ records: results }))).toBeLessThanOrEqual(6_000_000);
    const byResult = Object.groupBy(results, ({ result }) => result);
    expect(byResult.Ok!.length).toBeGreaterThan(10);
    expect(byResult.ProcessingFailed!.every(({ data }) => data === '')).toBe(true);
  });

  test('the answer uses the room it has: one byte less, and one record more would fail', () => {
    const records = Array.from({ length: 10 }, (_, index) =>
      record(`r${index}`, 'events', 'x'.repeat(1_000)),
    );
    const whole = Buffer.byteLength(JSON.stringify({ records: transformRecords(records, OPTIONS) }));
    const results = (maxResponseBytes: number) =>
      transformRecords(records, { ...OPTIONS, maxResponseBytes }).filter(({ result }) => result === 'Ok');
    // What is set aside for a runtime is all that is not used.
    expect(results(whole + 64)).toHaveLength(10);
    expect(results(whole - 64)).toHaveLength(9);
  });

  test('when the time is over, what is left fails without being read, and comes back', () => {
    let asked = 0;
    const failures: unknown[] = [];
    const results = transformRecords([record('1'), record('2'), { recordId: '3', data: '%' }], {
      ...OPTIONS,
      isOver: () => ++asked > 1,
      onFailure: (failure) => failures.push(failure),
    });
    expect(results.map(({ recordId, result, data }) => [recordId, result, data === ''])).toEqual([
      ['1', 'Ok', false],
      ['2', 'ProcessingFailed', true],
      ['3', 'ProcessingFailed', true],
    ]);
    expect(failures).toMatchObject([
      { recordId: '2', reason: 'time-over', topic: null },
      { recordId: '3', reason: 'time-over' },
    ]);
    expect(asked).toBe(2);
  });

  test('says of each record that fails why, and which message it was', () => {
    const failures: unknown[] = [];
    const destinationTable = (topic: string): string | null => (topic === 'none' ? null : topic);
    transformRecords([record('1', 'none'), { recordId: '2', data: '' }, record('3')], {
      namespace: 'raw',
      destinationTable,
      onFailure: (failure) => failures.push(failure),
      maxResponseBytes: 900,
    });
    const { sqs_message_id: sqsMessageId } = sampleEnvelope();
    expect(failures).toMatchObject([
      { recordId: '1', reason: 'no-table', topic: 'none', sqsMessageId },
      { recordId: '2', reason: 'not-an-envelope', topic: null, sqsMessageId: null },
      { recordId: '3', reason: 'answer-full', topic: 'events' },
    ]);
  });

  test('whatever comes in, every record is answered once, in order, within the limit, and Ok data are unchanged', () => {
    const data = fc.oneof(
      fc.string().map((text) => base64(text)),
      fc.string(),
      fc.nat({ max: 2_000 }).map((length) => record('x', 'events', 'y'.repeat(length)).data),
    );
    const arbitrary = fc.array(fc.record({ recordId: fc.string({ maxLength: 50 }), data }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(arbitrary, (records) => {
        const results = transformRecords(records, { ...OPTIONS, maxResponseBytes: 10_000 });
        expect(results.map(({ recordId }) => recordId)).toEqual(records.map(({ recordId }) => recordId));
        expect(Buffer.byteLength(JSON.stringify({ records: results }))).toBeLessThanOrEqual(10_000);
        for (const [index, result] of results.entries()) {
          if (result.result === 'Ok') expect(result.data).toBe(records[index]!.data);
        }
      }),
    );
  });
});
