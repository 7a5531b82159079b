import { joinTexts } from '../flatten/utf8-column.js';
import type { LayerColumns } from '../reconcile/layer-columns.js';
import type { RecordData } from '../reconcile/records.js';
import type { EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import type { ThreadRequest } from './thread-messages.js';

/*
 * Memory that moves to another thread with a message instead of being copied. Views that share a buffer with others, or
 * use little of it, are copied with the message.
 */

/** A request whose memory may move: the payloads', where it is their own; else they are copied. */
export function movable(request: ScanRequest): { request: ScanRequest; buffers: ArrayBuffer[] } {
  const { rows, ownsPayloads } = request;
  const payloads = ownsPayloads ? request.payloads : joinTexts([request.payloads]);
  const buffers = new Set([...owned([rows]), payloads.data.buffer as ArrayBuffer]);
  return { request: { ...request, payloads, ownsPayloads: true }, buffers: [...buffers] };
}

export function answerBuffers(job: ThreadRequest['job'], result: unknown): ArrayBuffer[] {
  if (job === 'scan') {
    // Key texts and hashes are kept for encoding: they are copied.
    const { order } = result as ScanResult;
    return owned(order.flatMap(({ micros, states }) => [micros, states]));
  }
  if (job === 'encode') {
    const { parts } = result as EncodeResult;
    return owned(parts.flatMap(({ columns }) => columns.map(({ bytes }) => bytes)));
  }
  if (job === 'copies') {
    const { ends, bytes } = result as RecordData;
    return owned([ends, bytes]);
  }
  return [];
}

/** The memory of columns that nothing else stands in. */
export function copyBuffers({ texts, longs }: LayerColumns): ArrayBuffer[] {
  return owned([
    ...Object.values(texts).flatMap(({ data, offsets, validity }) => [data, offsets, validity]),
    ...Object.values(longs).flatMap(({ values, present }) => [values, present]),
  ]);
}

/** The buffers of views that have a buffer to themselves. */
function owned(views: readonly (ArrayBufferView | null)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const view of views) {
    if (view === null || view.byteLength === 0) continue;
    const { buffer, byteLength } = view;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
  }
  return [...buffers];
}
