export { S3Archive, type S3ArchiveOptions } from './s3-archive.js';
export type { S3ArchiveCommand, S3ArchiveCommandSender } from './s3-client.js';
