import type { OracleRawValue } from './oracle-order.js';
import type { RecordWriter } from './records.js';

/*
 * The part of a record of RAW that says what its version is ordered by: one byte of flags, then the values as RAW has
 * them. They are read as instants and numbers only where versions compete.
 */

const MALFORMED = 1;
const FROM_PRODUCER = 2;

const VALUE = { none: 0, text: 1, long: 2 } as const;

export interface OrderPart {
  /** Null for a payload that is no JSON object. */
  readonly values: readonly OracleRawValue[] | null;
  readonly isFromProducer: boolean;
}

export function writeOrderPart(writer: RecordWriter, { values, isFromProducer }: OrderPart): void {
  writer.byte((values === null ? MALFORMED : 0) | (isFromProducer ? FROM_PRODUCER : 0));
  for (const value of values ?? []) writeValue(writer, value);
  writer.endPart();
}

/** Writes a value so that what follows cannot be taken for a part of it. */
export function writeValue(writer: RecordWriter, value: OracleRawValue): void {
  if (value === null) writer.byte(VALUE.none);
  else if (typeof value === 'bigint') {
    writer.byte(VALUE.long);
    writer.long(value);
  } else {
    writer.byte(VALUE.text);
    writer.sizedText(value);
  }
}

/** @param flags The first byte of the part. */
export function isMalformed(flags: number): boolean {
  return (flags & MALFORMED) !== 0;
}

export function readOrderPart(part: Buffer): OrderPart {
  const values: OracleRawValue[] = [];
  let at = 1;
  while (at < part.length) {
    const kind = part[at++];
    if (kind === VALUE.none) values.push(null);
    else if (kind === VALUE.long) {
      values.push(part.readBigInt64LE(at));
      at += 8;
    } else {
      const end = at + 4 + part.readUInt32LE(at);
      values.push(part.toString('utf8', at + 4, end));
      at = end;
    }
  }
  return {
    values: isMalformed(part[0]!) ? null : values,
    isFromProducer: (part[0]! & FROM_PRODUCER) !== 0,
  };
}
