import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  UploadPartCommand,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { IcebergError } from '../../error.js';
import { compareBytes } from '../../util/bytes.js';
import type { RemoteCalls } from '../../util/remote-calls.js';
import { readObject } from './read-object.js';
import type { S3CommandSender } from './s3-client.js';
import { isNamed, isNotFound, isTransient } from './s3-error.js';
import type { S3Place } from './s3-path.js';

/** Limits of S3 (user guide, "Multipart upload limits"). */
const MAX_PARTS = 10_000;
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** Names the writer in the object's user metadata, by which a write whose answer was lost is recognised. */
const WRITER_KEY = 'lean-ops-writer';

export interface S3UploadParts {
  client: S3CommandSender;
  calls: RemoteCalls;
  multipartThreshold: number;
  partBytes: number;
  concurrency: number;
}

/** One whole object to be written. */
export interface S3Upload {
  readonly place: S3Place;
  readonly bytes: Uint8Array;
  /** Unique to this write. */
  readonly writer: string;
  /** Only where there is no such object. */
  readonly ifAbsent: boolean;
}

/** Whether the object at its place is the one that `object` describes; `null` where there is none. */
export async function isOwnObject(
  parts: S3UploadParts,
  object: S3Upload,
  signal: AbortSignal | undefined,
): Promise<boolean | null> {
  const { client, calls } = parts;
  const target = { Bucket: object.place.bucket, Key: object.place.key };
  try {
    const head = new HeadObjectCommand(target);
    const found = (await calls.run((abortSignal) => client.send(head, { abortSignal }), {
      retryable: isTransient,
      signal,
    })) as HeadObjectCommandOutput;
    const writer = found.Metadata?.[WRITER_KEY];
    if (writer !== undefined) return writer === object.writer;
    if (found.ContentLength !== object.bytes.length) return false;
    // A writer of another kind, or a store that drops user metadata: the bytes have to tell.
    const bytes = await calls.run((abortSignal) => readObject(client, target, abortSignal), {
      retryable: isTransient,
      signal,
    });
    return compareBytes(bytes, object.bytes) === 0;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Makes one attempt at writing an object: one request, or several above the threshold. Throws `ABORTED`. */
export async function upload(
  parts: S3UploadParts,
  object: S3Upload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { place, bytes, writer, ifAbsent } = object;
  if (bytes.length > parts.multipartThreshold) return await uploadInParts(parts, object, signal);
  const command = new PutObjectCommand({
    Bucket: place.bucket,
    Key: place.key,
    Body: bytes,
    ContentLength: bytes.length,
    Metadata: { [WRITER_KEY]: writer },
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  });
  await parts.calls.once((abortSignal) => parts.client.send(command, { abortSignal }), signal);
}

async function uploadInParts(
  parts: S3UploadParts,
  object: S3Upload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { client, calls } = parts;
  const target = { Bucket: object.place.bucket, Key: object.place.key };
  const create = new CreateMultipartUploadCommand({ ...target, Metadata: { [WRITER_KEY]: object.writer } });
  const created = (await calls.run((abortSignal) => client.send(create, { abortSignal }), {
    retryable: isTransient,
    signal,
  })) as CreateMultipartUploadCommandOutput;
  const upload = { ...target, UploadId: required(created.UploadId, 'upload id', object.place) };
  try {
    const etags = await sendParts(parts, object, upload, signal);
    await complete(parts, object, upload, { etags, signal });
  } catch (error) {
    // What S3 keeps of an unfinished upload is paid for. Failing to abort must not hide why the upload failed.
    const abandoned = calls
      .run((abortSignal) => client.send(new AbortMultipartUploadCommand(upload), { abortSignal }), {
        retryable: isTransient,
      })
      .catch(() => undefined);
    // The caller waits no longer; the request goes on.
    if (signal?.aborted !== true) await abandoned;
    throw error;
  }
}

interface UploadTarget {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
}

/** Sends all parts, several at a time; the first failure stops those not yet begun. */
async function sendParts(
  parts: S3UploadParts,
  object: S3Upload,
  target: UploadTarget,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const { bytes, place } = object;
  const size = Math.max(parts.partBytes, MIN_PART_BYTES, Math.ceil(bytes.length / MAX_PARTS));
  const limit = pLimit(parts.concurrency);
  const stop = new AbortController();
  const send = async (index: number): Promise<string> => {
    const command = new UploadPartCommand({
      ...target,
      PartNumber: index + 1,
      Body: bytes.subarray(index * size, (index + 1) * size),
    });
    const sent = (await parts.calls.run((abortSignal) => parts.client.send(command, { abortSignal }), {
      retryable: isTransient,
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    })) as UploadPartCommandOutput;
    return required(sent.ETag, 'ETag of a part', place);
  };
  let failure: unknown;
  const sent = await Promise.allSettled(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      limit(() => send(index)).catch((error: unknown) => {
        failure ??= error;
        stop.abort(error);
        throw error;
      }),
    ),
  );
  if (failure !== undefined) throw failure;
  return sent.map((result) => (result as PromiseFulfilledResult<string>).value);
}

/** Publishes the object. An answer that was lost shows as `NoSuchUpload` on the next try; the object then tells. */
async function complete(
  parts: S3UploadParts,
  object: S3Upload,
  target: UploadTarget,
  { etags, signal }: { etags: readonly string[]; signal: AbortSignal | undefined },
): Promise<void> {
  const command = new CompleteMultipartUploadCommand({
    ...target,
    MultipartUpload: { Parts: etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 })) },
    ...(object.ifAbsent ? { IfNoneMatch: '*' } : {}),
  });
  try {
    await parts.calls.run((abortSignal) => parts.client.send(command, { abortSignal }), {
      // A 409 ends this upload; the whole object has to be sent anew (S3 user guide, "Conditional requests").
      retryable: (error) => isTransient(error) && !isNamed(error, 'ConditionalRequestConflict'),
      signal,
    });
  } catch (error) {
    if (isNamed(error, 'NoSuchUpload') && (await isOwnObject(parts, object, signal)) === true) return;
    throw error;
  }
}

function required(value: string | undefined, what: string, place: S3Place): string {
  if (value !== undefined) return value;
  throw new IcebergError(`S3 gave no ${what} for ${place.scheme}://${place.bucket}/${place.key}.`, {
    code: 'STORAGE_FAILED',
    context: { bucket: place.bucket, key: place.key },
  });
}
