import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A warehouse folder that can be put back to what it was: tables name their files by absolute paths. */
export class TemporaryWarehouse {
  readonly #base: string = mkdtempSync(join(tmpdir(), 'lean-ops-test-'));
  readonly path: string = join(this.#base, 'warehouse');

  /** Remembers the folder as it is. Nobody may have it open. */
  save(): void {
    rmSync(this.#saved, { recursive: true, force: true });
    cpSync(this.path, this.#saved, { recursive: true, preserveTimestamps: true });
  }

  /** Puts the folder back to what it was when it was saved. */
  restore(): void {
    rmSync(this.path, { recursive: true, force: true });
    cpSync(this.#saved, this.path, { recursive: true, preserveTimestamps: true });
  }

  remove(): void {
    rmSync(this.#base, { recursive: true, force: true });
  }

  get #saved(): string {
    return join(this.#base, 'saved');
  }
}
