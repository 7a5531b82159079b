/** Files in a folder `metadata` by which a table is known, though the table itself was dropped. */
const TABLE_FILE = /^(?:(.+)\/)?metadata\/(?:version-hint\.text|[^/]+\.metadata\.json(?:\.gz)?|[^/]+\.avro)$/;

/**
 * Finds out, of the files below a table's folder, which are another table's: a folder that has a folder `metadata` with
 * a table's metadata files in it is a table of its own, with all that is below it. Catalogs do nest tables: `raw.orders`
 * beside the namespace `raw.orders`.
 */
export class NestedTables {
  readonly #folders = new Set<string>();

  /** Takes every file that is listed, by its path relative to the table's folder. */
  see(relative: string): void {
    const folder = TABLE_FILE.exec(relative)?.[1];
    if (folder !== undefined && folder !== '') this.#folders.add(folder);
  }

  /** To be asked when all files have been seen. */
  owns(relative: string): boolean {
    if (this.#folders.size === 0) return false;
    for (let end = relative.indexOf('/'); end !== -1; end = relative.indexOf('/', end + 1))
      if (this.#folders.has(relative.slice(0, end))) return true;
    return false;
  }
}
