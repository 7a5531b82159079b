import type { ReplayMessage } from '../ports.js';

/** Limits of SendMessage: body, names, types and values of the attributes together; and how many there may be. */
const MAX_BYTES = 1_048_576;
const MAX_ATTRIBUTES = 10;
const TYPE_BYTES = 'String'.length;

/** Characters of XML 1.0, which is all that SQS carries. */
const XML_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;
const ATTRIBUTE_NAME = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;

/** Whether SQS would take a message as it is, mark included. */
export function fitsQueue({ body, attributes }: ReplayMessage): boolean {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES || !XML_TEXT.test(body)) return false;
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of entries) {
    if (!ATTRIBUTE_NAME.test(name) || !XML_TEXT.test(value)) return false;
    bytes += Buffer.byteLength(name) + TYPE_BYTES + Buffer.byteLength(value);
  }
  return bytes <= MAX_BYTES;
}
