import type { TableIo } from '../table/table-io.js';

/** Names new files and remembers every one written, so that a failed commit can be cleaned up after. */
export class FileLedger {
  readonly #io: TableIo;
  readonly #prefix: string;
  readonly #paths = new Set<string>();
  #count = 0;

  /** `prefix` is unique to the transaction. */
  constructor(io: TableIo, prefix: string) {
    this.#io = io;
    this.#prefix = prefix;
  }

  /** A text no other file of the table has in its name. */
  uniqueName: () => string = () => {
    this.#count++;
    return `${String(this.#count).padStart(5, '0')}-${this.#prefix}`;
  };

  record: (path: string) => void = (path) => {
    this.#paths.add(path);
  };

  /** Data and delete files recorded so far, in the order they were. */
  dataPaths(): string[] {
    const folder = this.#io.pathFor('data/');
    return [...this.#paths].filter((path) => path.startsWith(folder));
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    this.record(path);
    await this.#io.write(path, bytes);
  }

  /** Paths recorded since a `mark`. */
  since(mark: number): string[] {
    return [...this.#paths].slice(mark);
  }

  mark(): number {
    return this.#paths.size;
  }

  /** Deletes files, as far as that succeeds: a file left behind is garbage, not damage. */
  async discard(paths: readonly string[] = [...this.#paths]): Promise<void> {
    for (const path of paths) {
      this.#paths.delete(path);
      await this.#io.delete([path]).catch(() => undefined);
    }
  }
}
