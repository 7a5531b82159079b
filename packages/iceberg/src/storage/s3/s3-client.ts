import type {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** The commands an {@link S3Storage} sends. */
export type S3Command =
  | AbortMultipartUploadCommand
  | CompleteMultipartUploadCommand
  | CreateMultipartUploadCommand
  | DeleteObjectsCommand
  | GetObjectCommand
  | HeadObjectCommand
  | ListObjectsV2Command
  | PutObjectCommand
  | UploadPartCommand;

/** What is needed of a client: the `S3Client` of `@aws-sdk/client-s3` is one. */
export interface S3CommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: S3Command, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}
