import type { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';

/** The commands an `S3Archive` sends. */
export type S3ArchiveCommand = GetObjectCommand | ListObjectsV2Command | PutObjectCommand;

/** What is needed of a client: the `S3Client` of `@aws-sdk/client-s3` is one. */
export interface S3ArchiveCommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: S3ArchiveCommand): Promise<unknown>;
}
