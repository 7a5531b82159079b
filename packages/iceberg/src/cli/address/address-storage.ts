import { IcebergError } from '../../error.js';
import { FolderStorage } from '../../storage/folder/folder-storage.js';
import type { ByteRange, Storage, StoredFile } from '../../storage/storage.js';
import type { AbortOptions } from '../../util/abortable.js';
import type { CommandContext } from '../command-context.js';
import { type S3Settings, s3Client } from './aws-clients.js';

/**
 * Files wherever their paths say: on S3, whose client is loaded when the first such path comes, or on the local disk. A
 * table may have its metadata here and its data there.
 */
export class AddressStorage implements Storage {
  readonly #local = new FolderStorage();
  readonly #context: Pick<CommandContext, 'clients'>;
  readonly #settings: S3Settings;
  #s3: Promise<Storage> | null = null;

  constructor(context: Pick<CommandContext, 'clients'>, settings: S3Settings) {
    this.#context = context;
    this.#settings = settings;
  }

  async read(path: string, options?: { range?: ByteRange } & AbortOptions): Promise<Uint8Array> {
    return (await this.#of(path)).read(path, options);
  }

  async stat(path: string, options?: AbortOptions): Promise<{ size: number; lastModified: number } | null> {
    return (await this.#of(path)).stat(path, options);
  }

  async write(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<void> {
    return (await this.#of(path)).write(path, bytes, options);
  }

  async writeIfAbsent(path: string, bytes: Uint8Array, options?: AbortOptions): Promise<boolean> {
    return (await this.#of(path)).writeIfAbsent(path, bytes, options);
  }

  async *list(prefix: string, options?: AbortOptions): AsyncGenerator<StoredFile> {
    yield* (await this.#of(prefix)).list(prefix, options);
  }

  async delete(paths: readonly string[], options?: AbortOptions): Promise<void> {
    const remote = paths.filter(isOnS3);
    const local = paths.filter((path) => !isOnS3(path));
    const strange = local.find((path) => !isLocal(path));
    if (strange !== undefined) throw unreachable(strange);
    if (remote.length > 0) await (await this.#of(remote[0]!)).delete(remote, options);
    if (local.length > 0) await this.#local.delete(local, options);
  }

  #of(path: string): Promise<Storage> | Storage {
    if (!isOnS3(path)) return isLocal(path) ? this.#local : Promise.reject(unreachable(path));
    this.#s3 ??= this.#openS3();
    return this.#s3;
  }

  async #openS3(): Promise<Storage> {
    const client = await s3Client(this.#context, this.#settings);
    const { S3Storage } = await import('../../storage/s3/s3-storage.js');
    return new S3Storage({ client });
  }
}

function isOnS3(path: string): boolean {
  return /^s3[an]?:/i.test(path);
}

/** A letter before a colon is a drive. */
function isLocal(path: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:/i.test(path);
}

/** A warehouse in which nothing can be written, for databases of Glue that have a location of their own. */
export const NO_WAREHOUSE = 'no-warehouse:';

function unreachable(path: string): IcebergError {
  const message = path.startsWith(NO_WAREHOUSE)
    ? 'The database has no location of its own; say with --warehouse where its new tables go.'
    : `The file ${path} is neither on the local disk nor on S3; there is no way to it. --location-prefix says where a copy is.`;
  return new IcebergError(message, {
    code: 'UNSUPPORTED_FEATURE',
    context: { path, outcome: 'not-written' },
  });
}
