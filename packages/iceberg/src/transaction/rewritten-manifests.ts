import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';

/** Manifests that the attempts of one commit have rewritten, kept for the next attempt. */
export class RewrittenManifests {
  readonly #written = new Map<string, PreparedManifest>();
  readonly #used = new Set<string>();

  /** Begins an attempt: what is not asked for again is unused. */
  begin(): void {
    this.#used.clear();
  }

  /** The manifest written for a key; `write` is called once per key. */
  async get(key: string, write: () => Promise<PreparedManifest>): Promise<PreparedManifest> {
    let manifest = this.#written.get(key);
    if (manifest === undefined) {
      manifest = await write();
      this.#written.set(key, manifest);
    }
    this.#used.add(manifest.path);
    return manifest;
  }

  /** What earlier attempts wrote and the last one had no use for. */
  unused(): string[] {
    return Array.from(this.#written.values(), ({ path }) => path).filter((path) => !this.#used.has(path));
  }
}

/** Names what a manifest says: its entries, and the first row id, which it gets when the table is upgraded. */
export function contentKey({ path, firstRowId }: ManifestFile): string {
  return `${path}\0${firstRowId ?? ''}`;
}
