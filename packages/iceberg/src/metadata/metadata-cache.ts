import type { Storage } from '../storage/storage.js';
import { LruCache } from '../util/lru-cache.js';
import { printTableMetadata } from './metadata-codec.js';
import { parseMetadataFile } from './read-metadata-file.js';
import type { TableMetadata } from './table-metadata.js';

const MAX_BYTES = 128 * 1024 * 1024;
/** A document in memory takes about this many times its bytes. */
const WEIGHT_PER_BYTE = 4;

interface Known {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: TableMetadata;
}

/**
 * The newest metadata document of each table that was read or written, so that a document is parsed once. Documents are
 * read all the same and compared byte for byte: a table may be dropped and created again under the same names.
 */
export class MetadataCache {
  readonly #known = new LruCache<Known>(MAX_BYTES);

  /** Throws `FILE_NOT_FOUND`, `INVALID_METADATA`, `UNSUPPORTED_FORMAT_VERSION`. */
  async read(storage: Storage, path: string): Promise<TableMetadata> {
    const bytes = await storage.read(path);
    const known = this.#known.get(folderOf(path));
    if (known?.path === path && Buffer.compare(known.bytes, bytes) === 0) return known.metadata;
    const metadata = parseMetadataFile(bytes, path);
    this.#remember({ path, bytes, metadata });
    return metadata;
  }

  /** The document to write to `path`, which is then known. */
  print(path: string, metadata: TableMetadata): Uint8Array {
    const bytes = new TextEncoder().encode(printTableMetadata(metadata));
    this.#remember({ path, bytes, metadata });
    return bytes;
  }

  #remember(known: Known): void {
    this.#known.set(folderOf(known.path), known, known.bytes.length * WEIGHT_PER_BYTE);
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
