import { concatBytes } from '../util/bytes.js';
import { printExactJson } from '../util/exact-json.js';

const MAGIC = Buffer.from('PFA1');

/** One blob of a Puffin file, not compressed (Puffin spec, "BlobMetadata"). */
export interface PuffinBlob {
  type: string;
  /** Ids of the fields the blob was made from. */
  fields: readonly number[];
  snapshotId: bigint;
  sequenceNumber: bigint;
  properties: Readonly<Record<string, string>>;
  bytes: Uint8Array;
}

/** A Puffin file with the place in it of each blob: the offset of its first byte. */
export function encodePuffin(blobs: readonly PuffinBlob[]): { bytes: Uint8Array; offsets: number[] } {
  const offsets: number[] = [];
  let offset = MAGIC.length;
  for (const { bytes } of blobs) {
    offsets.push(offset);
    offset += bytes.length;
  }
  const footer = Buffer.from(printFooter(blobs, offsets));
  const tail = Buffer.alloc(8);
  // Length of the footer, then flags: not compressed.
  tail.writeInt32LE(footer.length);
  const parts = [MAGIC, ...blobs.map((blob) => blob.bytes), MAGIC, footer, tail, MAGIC];
  return { bytes: concatBytes(parts), offsets };
}

function printFooter(blobs: readonly PuffinBlob[], offsets: readonly number[]): string {
  return printExactJson({
    blobs: blobs.map((blob, index) => ({
      type: blob.type,
      fields: blob.fields,
      'snapshot-id': blob.snapshotId,
      'sequence-number': blob.sequenceNumber,
      offset: offsets[index],
      length: blob.bytes.length,
      properties: blob.properties,
    })),
    properties: { 'created-by': '@lean-ops/iceberg' },
  });
}
