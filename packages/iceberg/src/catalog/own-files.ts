import { NestedTables } from '../maintenance/nested-tables.js';
import { foldPath } from '../maintenance/snapshot-files.js';
import type { Storage } from '../storage/storage.js';

/**
 * Files below a table's folder that are not another table's. Catalogs do nest tables: `raw.orders` beside the namespace
 * `raw.orders`, or a table whose location was chosen so.
 */
export async function ownFiles(storage: Storage, location: string): Promise<string[]> {
  const root = `${foldPath(location).replace(/\/+$/, '')}/`;
  const nested = new NestedTables();
  const found: { path: string; relative: string }[] = [];
  for await (const { path } of storage.list(location)) {
    const folded = foldPath(path);
    if (!folded.startsWith(root)) continue;
    const relative = folded.slice(root.length);
    nested.see(relative);
    found.push({ path, relative });
  }
  return found.filter(({ relative }) => !nested.owns(relative)).map(({ path }) => path);
}
