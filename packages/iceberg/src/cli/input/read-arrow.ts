import { type RecordBatch, RecordBatchReader } from 'apache-arrow';
import { CommandError } from '../usage-error.js';

/**
 * Batches of Arrow's interprocess format, stream or file.
 *
 * @throws {CommandError} when the bytes are damaged or end too early.
 */
export async function* readArrow(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<RecordBatch> {
  const failed: { cause?: unknown } = {};
  try {
    const reader = await RecordBatchReader.from(noticing(chunks, failed));
    for await (const batch of reader) yield batch;
  } catch (cause) {
    // What the source failed with is not the format's fault.
    if ('cause' in failed) throw failed.cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${name}: this cannot be read as Arrow: ${reason}`, { cause });
  }
}

async function* noticing(
  chunks: AsyncIterable<Uint8Array>,
  failed: { cause?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    failed.cause = cause;
    throw cause;
  }
}
