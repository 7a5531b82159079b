import { indexOf, isMalformed } from './message-source.js';

const MARK = Buffer.from('"sqs_message_id":"');
const ID_LENGTH = 36;

/** What became of every message, a byte each: memory does not grow while a load runs. */
export class LoadTally {
  /** Deliveries that the processor acknowledged. */
  readonly acknowledged: Uint8Array;
  /** Records in the stream. */
  readonly streamed: Uint8Array;
  /** Of these, records of which the processor did not hear. */
  readonly unheard: Uint8Array;
  /** Records that the processor put and handed back all the same, behind a failure of their group. */
  readonly repeated: Uint8Array;
  readonly rows: Uint8Array;
  readonly archived: Uint8Array;

  constructor(messages: number) {
    this.acknowledged = new Uint8Array(messages);
    this.streamed = new Uint8Array(messages);
    this.unheard = new Uint8Array(messages);
    this.repeated = new Uint8Array(messages);
    this.rows = new Uint8Array(messages);
    this.archived = new Uint8Array(messages);
  }

  /** The message that an encoded envelope is of. */
  static indexOfRecord(bytes: Uint8Array): number {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = buffer.indexOf(MARK) + MARK.length;
    return indexOf(buffer.toString('latin1', at, at + ID_LENGTH));
  }

  /** Records of a message in the stream of which the processor heard. */
  heard(index: number): number {
    return this.streamed[index]! - this.unheard[index]!;
  }

  /**
   * Messages that are nowhere or were acknowledged more often than they are there, and messages that are there more often than the queue delivered them: once for each
   * acknowledged delivery, each answer that was lost, and each time they were put and handed back.
   */
  verdict(): { lost: number; doubled: number; copies: number } {
    let [lost, doubled, copies] = [0, 0, 0];
    for (let index = 0; index < this.rows.length; index += 1) {
      const rows = this.rows[index]!;
      const place = isMalformed(index) ? this.archived[index]! : rows;
      const explained = this.acknowledged[index]! + this.unheard[index]! + this.repeated[index]!;
      if (this.acknowledged[index] === 0 || place < this.acknowledged[index]!) lost += 1;
      if (isMalformed(index) ? rows > 0 : rows > explained || rows !== this.streamed[index]) doubled += 1;
      copies += Math.max(0, rows - 1);
    }
    return { lost, doubled, copies };
  }
}
