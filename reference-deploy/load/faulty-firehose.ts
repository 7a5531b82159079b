import type { PutRecordBatchCommand, PutRecordBatchCommandOutput } from '@aws-sdk/client-firehose';
import type { Random } from '@lean-ops/core';

export interface FaultRates {
  /** Calls that are throttled. */
  readonly throttled: number;
  /** Records that a call that was answered did not take. */
  readonly refused: number;
  /** Calls that were taken and whose answer was lost. */
  readonly lostAnswers: number;
}

export interface FaultyFirehoseOptions {
  readonly rates: FaultRates;
  readonly random: Random;
  /** Takes each record that is in the stream. */
  readonly onRecord: (bytes: Uint8Array) => void;
  /** Takes each record of which the caller will not hear that it is in the stream. */
  readonly onLostAnswer: (bytes: Uint8Array) => void;
}

/** Firehose as `PutRecordBatch` sees it, on a bad day. What it takes it has taken. */
export class FaultyFirehose {
  calls = 0;
  throttled = 0;
  refused = 0;
  readonly #options: FaultyFirehoseOptions;

  constructor(options: FaultyFirehoseOptions) {
    this.#options = options;
  }

  async send(command: PutRecordBatchCommand): Promise<PutRecordBatchCommandOutput> {
    const { rates, random, onRecord, onLostAnswer } = this.#options;
    const records = command.input.Records ?? [];
    this.calls += 1;
    if (random.next() < rates.throttled) {
      this.throttled += 1;
      throw Object.assign(new Error('slow down'), { name: 'ServiceUnavailableException' });
    }
    const isLost = random.next() < rates.lostAnswers;
    let FailedPutCount = 0;
    const RequestResponses = records.map(({ Data }) => {
      if (random.next() < rates.refused) {
        FailedPutCount += 1;
        return { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'slow down' };
      }
      onRecord(Data!);
      if (isLost) onLostAnswer(Data!);
      return { RecordId: 'record' };
    });
    this.refused += FailedPutCount;
    if (isLost) throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    return { FailedPutCount, RequestResponses, $metadata: {} };
  }
}
