import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AwsError } from './error.js';

interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
}

/** The bytes of an object as they come. */
export async function readObject(
  client: Pick<S3Client, 'send'>,
  { bucket, key }: ObjectPlace,
): Promise<AsyncIterable<Uint8Array>> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if (Body !== undefined && Symbol.asyncIterator in Body) return Body as AsyncIterable<Uint8Array>;
  throw new AwsError(`S3 gave s3://${bucket}/${key} without a body`, {
    code: 'OBJECT_WITHOUT_BODY',
    retryable: true,
    context: { bucket, key },
  });
}

/** An object as text in UTF-8. */
export async function readText(client: Pick<S3Client, 'send'>, place: ObjectPlace): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await readObject(client, place)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
