import type { CatalogRuntime } from '../catalog/catalog-runtime.js';
import type { TableIo } from '../table/table-io.js';
import { cleanedUp } from '../util/abortable.js';

export interface FileLedgerOptions {
  io: TableIo;
  /** Unique to the transaction. */
  prefix: string;
  runtime: Pick<CatalogRuntime, 'sleep'>;
  /** Once it has fired, clean-up is not waited for for long. */
  signal: AbortSignal | undefined;
}

/** Names new files and remembers every one written, so that a failed commit can be cleaned up after. */
export class FileLedger {
  readonly #options: FileLedgerOptions;
  readonly #paths = new Set<string>();
  #count = 0;

  constructor(options: FileLedgerOptions) {
    this.#options = options;
  }

  /** A text no other file of the table has in its name. */
  uniqueName: () => string = () => {
    this.#count++;
    return `${String(this.#count).padStart(5, '0')}-${this.#options.prefix}`;
  };

  record: (path: string) => void = (path) => {
    this.#paths.add(path);
  };

  /** Data and delete files recorded so far, in the order they were. */
  dataPaths(): string[] {
    const folder = this.#options.io.pathFor('data/');
    return [...this.#paths].filter((path) => path.startsWith(folder));
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    this.record(path);
    await this.#options.io.write(path, bytes);
  }

  /** Paths recorded since a `mark`. */
  since(mark: number): string[] {
    return [...this.#paths].slice(mark);
  }

  mark(): number {
    return this.#paths.size;
  }

  /**
   * Deletes files, as far as that succeeds: a file left behind is garbage, not damage. After an abort, a storage that does
   * not answer is waited for for a short time only; deleting goes on behind it.
   */
  async discard(paths: readonly string[] = [...this.#paths]): Promise<void> {
    const { io, runtime, signal } = this.#options;
    const late: Promise<void>[] = [];
    for (const path of paths) {
      this.#paths.delete(path);
      const written = io.writing(path);
      if (written !== undefined) late.push(written.then(() => this.#delete(path)));
    }
    const deleted = (async () => {
      for (const path of paths) await this.#delete(path);
      await Promise.all(late);
    })();
    await cleanedUp(deleted, signal, runtime.sleep);
  }

  async #delete(path: string): Promise<void> {
    await this.#options.io.heedless.delete([path]).catch(() => undefined);
  }
}
