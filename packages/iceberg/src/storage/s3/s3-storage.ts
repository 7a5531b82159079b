import { randomUUID } from 'node:crypto';
import {
  DeleteObjectsCommand,
  type DeleteObjectsCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { abortedBy, IcebergError } from '../../error.js';
import type { AbortOptions } from '../../util/abortable.js';
import { isAborted, type RemoteCallOptions, RemoteCalls } from '../../util/remote-calls.js';
import type { ByteRange, Storage, StoredFile } from '../storage.js';
import { readObject } from './read-object.js';
import type { S3Command, S3CommandSender } from './s3-client.js';
import { isLost, isNamed, isNotFound, isRefusal, isTransient, s3Failed, statusOf } from './s3-error.js';
import { parseS3Object, parseS3Path } from './s3-path.js';
import { isOwnObject, type S3Upload, type S3UploadParts, upload } from './s3-upload.js';

/** S3 deletes at most this many objects per request. */
const DELETE_BATCH = 1000;

/** Options of an {@link S3Storage}. */
export interface S3StorageOptions {
  /** An `S3Client` of `@aws-sdk/client-s3`, or anything that takes its commands. */
  client: S3CommandSender;
  /** Larger files are written in parts. Default 16 MiB. */
  multipartThreshold?: number;
  /** Size of a part, at least 5 MiB. Default 8 MiB. */
  partBytes?: number;
  /** Parts of one file sent at a time. Default 4. */
  concurrency?: number;
  /** Unique texts that mark the objects written. Default: `randomUUID`. */
  newWriterId?: () => string;
  /** Attempts, pauses, time limit and budget of the requests. */
  calls?: RemoteCallOptions;
}

/**
 * Objects of S3, or of a store that speaks its protocol and honours `If-None-Match: *`. Paths are `s3://bucket/key`
 * (`s3a` and `s3n` too).
 *
 * `writeIfAbsent` is exact even where answers are lost: every object carries the id of its writer, so a write that was
 * made is told from one that came second.
 *
 * @example
 * const storage = new S3Storage({ client: new S3Client({ region: 'eu-west-1' }) });
 * const catalog = new FolderCatalog({ warehouse: 's3://lake/warehouse', storage });
 */
export class S3Storage implements Storage {
  readonly #parts: S3UploadParts;
  readonly #newWriterId: () => string;

  constructor(options: S3StorageOptions) {
    const { multipartThreshold = 16 * 1024 * 1024, partBytes = 8 * 1024 * 1024, concurrency = 4 } = options;
    this.#parts = {
      client: options.client,
      calls: new RemoteCalls(options.calls),
      multipartThreshold,
      partBytes,
      concurrency,
    };
    this.#newWriterId = options.newWriterId ?? randomUUID;
  }

  async read(
    path: string,
    options: { range?: ByteRange; signal?: AbortSignal | undefined } = {},
  ): Promise<Uint8Array> {
    const { bucket: Bucket, key: Key } = parseS3Object(path);
    const { range, signal } = options;
    // S3 has no way to ask for nothing.
    if (range !== undefined && range.end <= range.start) return new Uint8Array(0);
    const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
    try {
      return await this.#parts.calls.run(
        (abortSignal) => readObject(this.#parts.client, { Bucket, Key, ...Range }, abortSignal),
        { retryable: isTransient, signal },
      );
    } catch (cause) {
      if (isNotFound(cause)) {
        throw new IcebergError(`There is no file ${path}.`, {
          code: 'FILE_NOT_FOUND',
          context: { path },
          cause,
        });
      }
      // A range that begins at or after the end of the file.
      if (statusOf(cause) === 416) return new Uint8Array(0);
      throw s3Failed('read', path, cause);
    }
  }

  async stat(
    path: string,
    options: AbortOptions = {},
  ): Promise<{ size: number; lastModified: number } | null> {
    const { bucket: Bucket, key: Key } = parseS3Object(path);
    try {
      const found = (await this.#send(
        new HeadObjectCommand({ Bucket, Key }),
        options.signal,
      )) as HeadObjectCommandOutput;
      return { size: found.ContentLength ?? 0, lastModified: found.LastModified?.getTime() ?? 0 };
    } catch (cause) {
      if (isNotFound(cause)) return null;
      throw s3Failed('looked up', path, cause);
    }
  }

  async write(path: string, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
    const object = this.#upload(path, bytes, false);
    try {
      // Writing the same bytes to the same name twice is one write.
      await this.#parts.calls.run(() => upload(this.#parts, object, signal), {
        retryable: isTransient,
        signal,
      });
    } catch (cause) {
      throw s3Failed('written', path, cause, isRefusal(cause) ? 'not-written' : undefined);
    }
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, { signal }: AbortOptions = {}): Promise<boolean> {
    if (signal?.aborted) throw abortedBy(signal, { path, outcome: 'not-written' });
    const object = this.#upload(path, bytes, true);
    let uncertain = false;
    for (let attempt = 1; ; attempt++) {
      try {
        await upload(this.#parts, object, signal);
        return true;
      } catch (cause) {
        if (isAborted(cause)) throw cause;
        // Also where nothing of ours seems to have been sent before: the SDK and proxies repeat requests on their own.
        if (isLost(cause)) return (await this.#own(object, path, cause, signal)) === true;
        if (!isRefusal(cause)) uncertain = true;
        if (isTransient(cause) && (await this.#parts.calls.pause(attempt, 0, signal))) continue;
        if (!uncertain) throw s3Failed('published', path, cause, 'not-written');
        const own = await this.#own(object, path, cause, signal);
        if (own === null) throw s3Failed('published for certain', path, cause);
        return own;
      }
    }
  }

  async *list(prefix: string, options: AbortOptions = {}): AsyncIterable<StoredFile> {
    const { scheme, bucket: Bucket, key } = parseS3Path(prefix);
    const Prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket,
        Prefix,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      let page: ListObjectsV2CommandOutput;
      try {
        page = (await this.#send(command, options.signal)) as ListObjectsV2CommandOutput;
      } catch (cause) {
        throw s3Failed('listed', prefix, cause);
      }
      for (const { Key, Size = 0, LastModified } of page.Contents ?? []) {
        // Consoles mark folders with empty objects whose key ends in a slash: no files of a table.
        if (Key === undefined || (Key.endsWith('/') && Size === 0)) continue;
        yield {
          path: `${scheme}://${Bucket}/${Key}`,
          size: Size,
          lastModified: LastModified?.getTime() ?? 0,
        };
      }
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  /** Deletes all it can; where some objects stay, `STORAGE_FAILED` names them in `context.failed`. */
  async delete(paths: readonly string[], { signal }: AbortOptions = {}): Promise<void> {
    const buckets = new Map<string, Map<string, string>>();
    for (const path of paths) {
      const { bucket, key } = parseS3Object(path);
      const keys = buckets.get(bucket) ?? new Map<string, string>();
      buckets.set(bucket, keys.set(key, path));
    }
    const failed: { path: string; error: string }[] = [];
    for (const [bucket, keys] of buckets) {
      const all = [...keys.keys()];
      for (let start = 0; start < all.length; start += DELETE_BATCH) {
        const batch = all.slice(start, start + DELETE_BATCH);
        for (const { key, error } of await this.#deleteBatch(bucket, batch, signal))
          failed.push({ path: keys.get(key)!, error });
      }
    }
    if (failed.length === 0) return;
    throw new IcebergError(
      `${failed.length} of ${paths.length} S3 objects could not be deleted, the first of them ${failed[0]!.path}: ${failed[0]!.error}.`,
      { code: 'STORAGE_FAILED', context: { failed } },
    );
  }

  /** The keys that could not be deleted. Those the service failed on are tried again. */
  async #deleteBatch(
    bucket: string,
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<{ key: string; error: string }[]> {
    let pending = keys;
    for (let attempt = 1; ; attempt++) {
      let page: DeleteObjectsCommandOutput;
      try {
        page = (await this.#send(
          new DeleteObjectsCommand({
            Bucket: bucket,
            Delete: { Objects: pending.map((Key) => ({ Key })), Quiet: true },
          }),
          signal,
        )) as DeleteObjectsCommandOutput;
      } catch (cause) {
        if (isAborted(cause)) throw cause;
        const error = s3Failed('deleted', `s3://${bucket}/${pending[0]}`, cause).message;
        return pending.map((key) => ({ key, error }));
      }
      const errors = (page.Errors ?? []).filter(({ Code }) => Code !== 'NoSuchKey');
      if (errors.length === 0) return [];
      const transient = errors.every(({ Code }) => isNamed({ name: Code }, 'InternalError', 'SlowDown'));
      if (!transient || !(await this.#parts.calls.pause(attempt, 0, signal)))
        return errors.map(({ Key = '', Code, Message }) => ({ key: Key, error: `${Code}: ${Message}` }));
      pending = errors.map(({ Key = '' }) => Key);
    }
  }

  async #own(
    object: S3Upload,
    path: string,
    cause: unknown,
    signal: AbortSignal | undefined,
  ): Promise<boolean | null> {
    try {
      return await isOwnObject(this.#parts, object, signal);
    } catch (error) {
      if (isAborted(error)) throw error;
      throw s3Failed('published for certain', path, cause);
    }
  }

  #upload(path: string, bytes: Uint8Array, ifAbsent: boolean): S3Upload {
    return { place: parseS3Object(path), bytes, writer: this.#newWriterId(), ifAbsent };
  }

  #send(command: S3Command, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#parts.calls.run((abortSignal) => this.#parts.client.send(command, { abortSignal }), {
      retryable: isTransient,
      signal,
    });
  }
}
