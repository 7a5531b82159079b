export type { RemoteCallOptions } from '../../util/remote-calls.js';
export type { S3Command, S3CommandSender } from './s3-client.js';
export { type S3ClientSettings, s3ClientSettings } from './s3-client-settings.js';
export { S3Storage, type S3StorageOptions } from './s3-storage.js';
