import type { Archive } from '@lean-ops/ingest';
import { S3Archive } from '@lean-ops/ingest/s3';
import { readEnvironment } from './environment.js';
import { s3Client } from './s3-client.js';

/** The archive in the bucket that the environment names. */
export function openArchive(): Archive {
  const { archiveBucket } = readEnvironment(['archiveBucket']);
  return new S3Archive({ client: s3Client(), bucket: archiveBucket });
}
