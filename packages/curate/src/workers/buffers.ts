import { joinRaw, type RawBatch, withoutPayloads } from '../standardize/raw-batch.js';
import type { EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import type { ThreadRequest } from './thread-messages.js';

/*
 * Memory that moves to another thread with a message instead of being copied. Views that share a buffer with others, or
 * use little of it, are copied with the message.
 */

/**
 * A request whose memory may move: that of payloads that the batch owns is its own, the rest is copied, for ids, times
 * and hashes are looked at here, too.
 */
export function movable(request: ScanRequest): { request: ScanRequest; buffers: ArrayBuffer[] } {
  const { batch, rows } = request;
  const { json_payload, envelope_json } = batch.text;
  const copied = joinRaw([batch.ownsPayloads ? withoutPayloads(batch) : batch]);
  const moved = batch.ownsPayloads
    ? { ...copied, text: { ...copied.text, json_payload, envelope_json }, byteLength: batch.byteLength }
    : copied;
  const payloads = [json_payload, envelope_json].map(({ data }) => data.buffer as ArrayBuffer);
  const buffers = new Set([...owned([...rawViews(copied), rows]), ...(batch.ownsPayloads ? payloads : [])]);
  return { request: { ...request, batch: moved }, buffers: [...buffers] };
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
  return [];
}

function rawViews({ text, publishTime, ingestion }: RawBatch): (ArrayBufferView | null)[] {
  return [
    ...Object.values(text).flatMap(({ data, offsets, validity }) => [data, offsets, validity]),
    publishTime,
    ingestion,
  ];
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
