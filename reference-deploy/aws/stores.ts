import type { Clock, StateStore } from '@lean-ops/core';
import { DynamoDbStateStore } from '@lean-ops/core/dynamodb';
import type { Archive } from '@lean-ops/ingest';
import { S3Archive } from '@lean-ops/ingest/s3';
import { dynamoDbClient, s3Client } from './clients.js';
import { readEnvironment } from './environment.js';

/** The state store in the table that the environment names. */
export function openStateStore(ports: { readonly clock: Clock }): StateStore {
  const { stateTable } = readEnvironment(['stateTable']);
  return new DynamoDbStateStore({ client: dynamoDbClient(), table: stateTable, clock: ports.clock });
}

/** The archive in the bucket that the environment names. */
export function openArchive(): Archive {
  const { archiveBucket } = readEnvironment(['archiveBucket']);
  return new S3Archive({ client: s3Client(), bucket: archiveBucket });
}
