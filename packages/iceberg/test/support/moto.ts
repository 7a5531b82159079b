import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { S3Storage } from '../../src/storage/s3/index.js';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What the SDK clients of an emulator are made with. */
export function emulatorClient(endpoint: string) {
  return { endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 };
}

/** A storage on a bucket of the given name, which is made first. */
export async function emulatorStorage(endpoint: string, bucket: string): Promise<S3Storage> {
  const client = new S3Client(emulatorClient(endpoint));
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return new S3Storage({ client });
}
