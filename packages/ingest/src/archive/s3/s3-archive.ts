import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { type ArchiveKind, type Random, type Sleep, systemRandom, systemSleep } from '@lean-ops/core';
import type { Archive, ArchivedMessage, ArchiveFilter } from '../archive.js';
import { decodeArchivedMessage, encodeArchivedMessage } from '../archive-codec.js';
import { archiveKey, checkKey, keyMatches } from '../archive-key.js';
import { archiveNotFound } from '../memory-archive.js';
import type { S3ArchiveCommandSender } from './s3-client.js';

export interface S3ArchiveOptions {
  readonly client: S3ArchiveCommandSender;
  readonly bucket: string;
  /** What stands before every key, a slash at its end included. Default: nothing. */
  readonly prefix?: string;
  /** Spreads pauses. Default: the runtime's. */
  readonly random?: Random;
  /** Waits where another writer is at the same message. Default: real time. */
  readonly sleep?: Sleep;
}

/** In the order of their keys. */
const KINDS: readonly ArchiveKind[] = ['dead-letter', 'delivery-failure', 'quarantine'];
/** Puts that meet another writer's, each in the midst of the same object. */
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 50;

/**
 * Messages as gzipped JSON objects under `{prefix}{kind}/topic={topic}/day={day}/`, each written once: `put` carries
 * `If-None-Match: *`, so that the first record of a message stays however often it is archived, also by retries whose
 * answers were lost.
 *
 * @example
 * const archive = new S3Archive({ client: new S3Client({}), bucket: 'lean-ops-dev-archive' });
 * for await (const key of archive.list({ topic: 'events' })) console.log(await archive.get(key));
 */
export class S3Archive implements Archive {
  readonly #options: S3ArchiveOptions;
  readonly #prefix: string;

  constructor(options: S3ArchiveOptions) {
    this.#options = options;
    this.#prefix = options.prefix ?? '';
  }

  async put(message: ArchivedMessage): Promise<string> {
    const { client, bucket, random = systemRandom, sleep = systemSleep } = this.#options;
    const key = archiveKey(message);
    const Body = encodeArchivedMessage(message);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: `${this.#prefix}${key}`,
            Body,
            ContentLength: Body.length,
            ContentType: 'application/gzip',
            IfNoneMatch: '*',
          }),
        );
        return key;
      } catch (error) {
        if (statusOf(error) === 412) return key;
        // Another conditional write was under way; neither was made for certain (S3 user guide, "Conditional writes").
        if (statusOf(error) !== 409 || attempt === ATTEMPTS) throw error;
        await sleep(random.next() * FIRST_PAUSE_MS * 2 ** (attempt - 1));
      }
    }
  }

  async get(key: string): Promise<ArchivedMessage> {
    checkKey(key);
    const { client, bucket } = this.#options;
    let bytes: Uint8Array;
    try {
      const found = (await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: `${this.#prefix}${key}` }),
      )) as GetObjectCommandOutput;
      bytes = (await found.Body?.transformToByteArray()) ?? new Uint8Array(0);
    } catch (error) {
      if ((error as { name?: unknown } | null)?.name === 'NoSuchKey') throw archiveNotFound(key, error);
      throw error;
    }
    return decodeArchivedMessage(bytes, key);
  }

  /** Only the pages of the kinds, topics and days asked for are read, each when it is wanted. */
  async *list(filter: ArchiveFilter = {}): AsyncIterable<string> {
    const { kind, topic, day } = filter;
    for (const one of KINDS) {
      if (kind !== undefined && kind !== one) continue;
      if (topic !== undefined) yield* this.#keys(`${one}/topic=${topic}/${daysOf(day)}`, filter);
      else if (day === undefined) yield* this.#keys(`${one}/`, filter);
      else
        for await (const folder of this.#folders(`${one}/`))
          yield* this.#keys(`${folder}${daysOf(day)}`, filter);
    }
  }

  async *#keys(prefix: string, filter: ArchiveFilter): AsyncGenerator<string> {
    for await (const { Contents = [] } of this.#pages(prefix)) {
      for (const { Key = '' } of Contents) {
        const key = Key.slice(this.#prefix.length);
        if (keyMatches(key, filter)) yield key;
      }
    }
  }

  /** What stands between the prefix and the next slash, with both. */
  async *#folders(prefix: string): AsyncGenerator<string> {
    for await (const { CommonPrefixes = [] } of this.#pages(prefix, '/')) {
      for (const { Prefix = '' } of CommonPrefixes) yield Prefix.slice(this.#prefix.length);
    }
  }

  async *#pages(prefix: string, delimiter?: string): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { client, bucket } = this.#options;
    let token: string | undefined;
    do {
      const page = (await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${this.#prefix}${prefix}`,
          ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )) as ListObjectsV2CommandOutput;
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }
}

function daysOf(day: string | undefined): string {
  return day === undefined ? '' : `day=${day}/`;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
}
