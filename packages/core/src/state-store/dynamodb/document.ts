import { gunzipSync, gzipSync } from 'node:zlib';
import { type Item, readText, text } from './item.js';

/** Longer documents are kept gzipped, which takes a tenth; the others can be read in the console. */
const MAX_PLAIN_BYTES = 100 * 1024;

/** The attribute of an item that holds a JSON document. */
export function documentAttribute(value: unknown): Item {
  const document = JSON.stringify(value);
  if (Buffer.byteLength(document) <= MAX_PLAIN_BYTES) return { document: text(document) };
  return { documentGzip: { B: gzipSync(document) } };
}

/** @throws {CoreError} `STATE_STORE_UNREADABLE` where the item has none. */
export function readDocument(item: Item): unknown {
  const gzipped = item['documentGzip']?.B;
  return JSON.parse(
    gzipped === undefined ? readText(item, 'document') : gunzipSync(gzipped).toString('utf8'),
  );
}
