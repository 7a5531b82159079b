import { encodeEnvelope } from '@lean-ops/ingest';
import { beforeEach, describe, expect, it } from 'vitest';
import { LoadTally } from './load-tally.js';
import { isMalformed, messageIdOf } from './message-source.js';

describe('the tally of a load', () => {
  let tally: LoadTally;
  const GOOD = 1;
  const MALFORMED = 0;

  beforeEach(() => {
    expect([isMalformed(MALFORMED), isMalformed(GOOD)]).toEqual([true, false]);
    tally = new LoadTally(2);
    tally.acknowledged.fill(1);
    tally.archived[MALFORMED] = 1;
    tally.streamed[GOOD] = 1;
    tally.rows[GOOD] = 1;
  });

  it('finds nothing wrong where every message is where it belongs', () => {
    expect(tally.verdict()).toEqual({ lost: 0, doubled: 0, copies: 0 });
  });

  it('misses a message that was acknowledged and is nowhere, or was never acknowledged', () => {
    tally.rows[GOOD] = 0;
    tally.streamed[GOOD] = 0;
    tally.archived[MALFORMED] = 0;
    expect(tally.verdict()).toMatchObject({ lost: 2 });
  });

  it('misses a copy that was acknowledged and is not there', () => {
    tally.acknowledged[GOOD] = 2;
    expect(tally.verdict()).toMatchObject({ lost: 1 });
  });

  it('sees a row too many, unless a delivery, a lost answer or a repetition explains it', () => {
    tally.rows[GOOD] = 2;
    tally.streamed[GOOD] = 2;
    expect(tally.verdict()).toMatchObject({ doubled: 1, copies: 1 });
    for (const explanation of [tally.acknowledged, tally.unheard, tally.repeated]) {
      explanation[GOOD]! += 1;
      expect(tally.verdict()).toMatchObject({ doubled: 0 });
      explanation[GOOD]! -= 1;
    }
  });

  it('sees a record that the transform doubled or dropped, and a malformed message in a table', () => {
    tally.rows[GOOD] = 2;
    tally.acknowledged[GOOD] = 2;
    expect(tally.verdict()).toMatchObject({ doubled: 1 });
    tally.rows[MALFORMED] = 1;
    expect(tally.verdict()).toMatchObject({ doubled: 2 });
  });

  it('reads which message a record is of', () => {
    const bytes = encodeEnvelope({
      topic_name: 'orders',
      message_id: 'x',
      sqs_message_id: messageIdOf(123_456),
      idempotency_key: null,
      period_reference: null,
      correlation_id: null,
      publish_time: 0n,
      publish_time_source: 'sqs',
      ingestion_ts: 0n,
      json_payload: '{}',
      envelope_json: null,
    });
    expect(LoadTally.indexOfRecord(bytes)).toBe(123_456);
  });
});
