import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { S3CommandSender } from './s3-client.js';

/** Fetches an object or a range of one, once. A body that ends early is an error. */
export async function readObject(
  client: S3CommandSender,
  input: GetObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<Uint8Array> {
  const found = (await client.send(new GetObjectCommand(input), { abortSignal })) as GetObjectCommandOutput;
  const bytes = (await found.Body?.transformToByteArray()) ?? new Uint8Array(0);
  if (found.ContentLength !== undefined && bytes.length !== found.ContentLength) {
    throw new Error(`the body has ${bytes.length} of ${found.ContentLength} bytes`);
  }
  return bytes;
}
