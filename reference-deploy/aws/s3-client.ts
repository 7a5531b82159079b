import { S3Client } from '@aws-sdk/client-s3';
import { CALL_LIMITS, clientSettings } from './clients.js';
import { optionalVariable } from './environment.js';

let client: S3Client | undefined;

/**
 * The process's client of S3. In a module of its own, so that a function that seldom needs S3 can leave it out of its
 * start.
 */
export function s3Client(): S3Client {
  // An endpoint of one's own (an emulator, a proxy) rarely answers under a host name per bucket.
  const forcePathStyle = optionalVariable('AWS_ENDPOINT_URL') !== null;
  client ??= new S3Client({ ...clientSettings(CALL_LIMITS.s3), forcePathStyle });
  return client;
}
