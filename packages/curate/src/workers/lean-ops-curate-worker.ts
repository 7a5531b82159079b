// Runs in a thread of its own: answers the requests of a ThreadPool, one after another.
import { parentPort } from 'node:worker_threads';
import { LeanOpsError } from '@lean-ops/core';
import { IcebergError } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { loadPayloadHash } from '../payload-hash.js';
import { CopyReader } from '../reconcile/copy-reader.js';
import type { RecordData } from '../reconcile/records.js';
import { freeTexts } from '../standardize/raw-batch.js';
import { BatchScanner } from './batch-scanner.js';
import { answerBuffers } from './buffers.js';
import type { ThreadAnswer, ThreadError, ThreadRequest } from './thread-messages.js';

let scanner: BatchScanner | null = null;
let copies: CopyReader | null = null;

async function answer({ job, request }: ThreadRequest): Promise<unknown> {
  if (job === 'rest') {
    scanner?.close();
    scanner = null;
    copies = null;
    return null;
  }
  if (job === 'begin') {
    scanner = await BatchScanner.create(request);
    return null;
  }
  if (job === 'begin-copies') {
    copies = new CopyReader(request, await loadPayloadHash());
    return null;
  }
  if (job === 'copies') {
    const { parts, ends, bytes } = copies!.read(request);
    freeTexts(request.texts['json_payload']!);
    return { parts, ends, bytes } satisfies RecordData;
  }
  if (job === 'encode') return scanner!.encode(request);
  const result = scanner!.scan(request);
  freeTexts(request.payloads);
  return result;
}

/** Errors of ours keep their code on the way to the other thread; classes do not. */
function described(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { kind: 'other', message: String(error), stack: null };
  const { message, stack = null } = error;
  if (error instanceof LeanOpsError || error instanceof IcebergError) {
    const kind =
      error instanceof CurateError ? 'curate' : error instanceof IcebergError ? 'iceberg' : 'other';
    return { kind, message, stack, code: error.code };
  }
  return { kind: 'other', message, stack };
}

parentPort!.on('message', (message: ThreadRequest) => {
  answer(message).then(
    (result) => {
      const reply: ThreadAnswer = { number: message.number, result, error: null };
      parentPort!.postMessage(reply, answerBuffers(message.job, result));
    },
    (error: unknown) => {
      const reply: ThreadAnswer = { number: message.number, result: null, error: described(error) };
      parentPort!.postMessage(reply);
    },
  );
});
