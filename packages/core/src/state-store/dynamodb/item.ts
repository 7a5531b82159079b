import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { CoreError } from '../../error.js';

/** An item as it stands on the wire: numbers are decimal digits there, so that 64-bit ids stay whole. */
export type Item = Record<string, AttributeValue>;

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Greatest size of an item (DynamoDB developer guide, "Quotas"). */
const MAX_ITEM_BYTES: number = 400 * 1024;

export const text = (value: string): AttributeValue => ({ S: value });
export const digits = (value: number | bigint): AttributeValue => ({ N: String(value) });

export function keyItem({ pk, sk }: Key): Item {
  return { pk: text(pk), sk: text(sk) };
}

/** @throws {CoreError} `STATE_STORE_UNREADABLE` where the item has no such text. */
export function readText(item: Item, name: string): string {
  const value = item[name]?.S;
  if (value === undefined) throw damaged(item, name);
  return value;
}

/** @throws {CoreError} `STATE_STORE_UNREADABLE` where the item has no such whole number. */
export function readBigInt(item: Item, name: string): bigint {
  const value = item[name]?.N;
  if (value === undefined || !/^-?\d+$/.test(value)) throw damaged(item, name);
  return BigInt(value);
}

/** @throws {CoreError} `STATE_STORE_UNREADABLE` where the item has no such number. */
export function readNumber(item: Item, name: string): number {
  const value = Number(item[name]?.N);
  if (Number.isNaN(value)) throw damaged(item, name);
  return value;
}

/** Bytes of an item as DynamoDB counts them: names and values; a number takes less than its digits. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    bytes += Buffer.byteLength(name) + (value.B?.length ?? Buffer.byteLength(value.S ?? value.N ?? ''));
  }
  return bytes;
}

/** @throws {CoreError} `STATE_ITEM_TOO_LARGE`; `what` is the beginning of the message. */
export function checkItemSize(item: Item, what: string): void {
  const bytes = itemBytes(item);
  if (bytes <= MAX_ITEM_BYTES) return;
  throw new CoreError(
    `${what} takes ${bytes} bytes, and an item of DynamoDB holds ${MAX_ITEM_BYTES}: make it smaller`,
    { code: 'STATE_ITEM_TOO_LARGE', context: { bytes, maxBytes: MAX_ITEM_BYTES } },
  );
}

function damaged(item: Item, name: string): CoreError {
  const key = `${item['pk']?.S} ${item['sk']?.S}`;
  return new CoreError(
    `item ${key} of the state table has no readable attribute ${name}: it was not written by this store`,
    { code: 'STATE_STORE_UNREADABLE', context: { pk: item['pk']?.S, sk: item['sk']?.S, attribute: name } },
  );
}
