import {
  type AbortMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  type CreateMultipartUploadCommandInput,
  type DeleteObjectsCommandInput,
  type GetObjectCommandInput,
  type HeadObjectCommandInput,
  type ListObjectsV2CommandInput,
  type PutObjectCommandInput,
  S3ServiceException,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Command, S3CommandSender } from '../../src/storage/s3/s3-client.js';

type AnyInput = AbortMultipartUploadCommand['input'];

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly metadata: Record<string, string>;
}

/** One bucket namespace with S3's rules for conditions, ranges, pages and uploads in parts. */
export class InProcessS3 implements S3CommandSender {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, { metadata: Record<string, string>; parts: Map<number, Uint8Array> }>();
  /** Names of the commands received, in order. */
  readonly commands: string[] = [];
  /** Keys that `DeleteObjects` refuses, with the code it gives. */
  readonly undeletable = new Map<string, string>();
  pageSize = 1000;
  #uploadCount = 0;

  async send(command: S3Command): Promise<unknown> {
    const name = command.constructor.name.replace(/Command$/, '');
    this.commands.push(name);
    const input = command.input as never;
    switch (name) {
      case 'PutObject':
        return this.#put(input);
      case 'GetObject':
        return this.#get(input);
      case 'HeadObject':
        return this.#head(input);
      case 'ListObjectsV2':
        return this.#list(input);
      case 'DeleteObjects':
        return this.#delete(input);
      case 'CreateMultipartUpload':
        return this.#createUpload(input);
      case 'UploadPart':
        return this.#uploadPart(input);
      case 'CompleteMultipartUpload':
        return this.#completeUpload(input);
      default:
        this.uploads.delete((input as AnyInput).UploadId ?? '');
        return {};
    }
  }

  #put(input: PutObjectCommandInput): unknown {
    const key = addressOf(input);
    if (input.IfNoneMatch === '*' && this.objects.has(key)) throw s3Error('PreconditionFailed', 412);
    this.objects.set(key, { bytes: (input.Body as Uint8Array).slice(), metadata: input.Metadata ?? {} });
    return {};
  }

  #get(input: GetObjectCommandInput): unknown {
    const found = this.#find(input, 'NoSuchKey');
    const range = /^bytes=(\d+)-(\d+)$/.exec(input.Range ?? '');
    if (range && Number(range[1]) >= found.bytes.length) throw s3Error('InvalidRange', 416);
    const bytes = range ? found.bytes.slice(Number(range[1]), Number(range[2]) + 1) : found.bytes.slice();
    return { Body: { transformToByteArray: async () => bytes }, ContentLength: bytes.length };
  }

  #head(input: HeadObjectCommandInput): unknown {
    const found = this.#find(input, 'NotFound');
    return { ContentLength: found.bytes.length, LastModified: new Date(1), Metadata: found.metadata };
  }

  #find(input: { Bucket?: string | undefined; Key?: string | undefined }, missing: string): StoredObject {
    const found = this.objects.get(addressOf(input));
    if (found === undefined) throw s3Error(missing, 404);
    return found;
  }

  #list(input: ListObjectsV2CommandInput): unknown {
    const start = addressOf({ ...input, Key: input.Prefix ?? '' });
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(start)).sort();
    const from = Number(input.ContinuationToken ?? 0);
    const end = Math.min(keys.length, from + this.pageSize);
    return {
      Contents: keys.slice(from, end).map((key) => ({
        Key: key.slice(key.indexOf('/') + 1),
        Size: this.objects.get(key)!.bytes.length,
        LastModified: new Date(1),
      })),
      IsTruncated: end < keys.length,
      ...(end < keys.length ? { NextContinuationToken: String(end) } : {}),
    };
  }

  #delete(input: DeleteObjectsCommandInput): unknown {
    const errors: { Key: string; Code: string; Message: string }[] = [];
    for (const { Key = '' } of input.Delete?.Objects ?? []) {
      const code = this.undeletable.get(Key);
      if (code === undefined) this.objects.delete(addressOf({ ...input, Key }));
      else errors.push({ Key, Code: code, Message: 'refused' });
    }
    return errors.length > 0 ? { Errors: errors } : {};
  }

  #createUpload(input: CreateMultipartUploadCommandInput): unknown {
    const UploadId = `upload-${++this.#uploadCount}`;
    this.uploads.set(UploadId, { metadata: input.Metadata ?? {}, parts: new Map() });
    return { UploadId };
  }

  #uploadPart(input: UploadPartCommandInput): unknown {
    const upload = this.uploads.get(input.UploadId ?? '');
    if (upload === undefined) throw s3Error('NoSuchUpload', 404);
    upload.parts.set(input.PartNumber ?? 0, (input.Body as Uint8Array).slice());
    return { ETag: `etag-${input.PartNumber}` };
  }

  #completeUpload(input: CompleteMultipartUploadCommandInput): unknown {
    const upload = this.uploads.get(input.UploadId ?? '');
    if (upload === undefined) throw s3Error('NoSuchUpload', 404);
    const key = addressOf(input);
    if (input.IfNoneMatch === '*' && this.objects.has(key)) throw s3Error('PreconditionFailed', 412);
    const parts = (input.MultipartUpload?.Parts ?? []).map(
      ({ PartNumber = 0 }) => upload.parts.get(PartNumber)!,
    );
    this.objects.set(key, { bytes: Buffer.concat(parts), metadata: upload.metadata });
    this.uploads.delete(input.UploadId ?? '');
    return {};
  }
}

function addressOf(input: { Bucket?: string | undefined; Key?: string | undefined }): string {
  return `${input.Bucket}/${input.Key}`;
}

/** An error as the SDK throws it. */
export function s3Error(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });
}
