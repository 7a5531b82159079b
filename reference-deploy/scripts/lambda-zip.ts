import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

const READABLE_FILE = (0o100644 << 16) >>> 0;
const UNIX = 3;

/** A folder as a zip: the same files give the same bytes, whenever and wherever it is made. */
export function zipFolder(folder: string): Uint8Array {
  // The first moment a zip can tell; in local time, as the format keeps it.
  const mtime = new Date(1980, 0, 1);
  const files: Zippable = {};
  for (const file of filesBelow(folder))
    files[file] = [readFileSync(join(folder, file)), { level: 9, mtime, os: UNIX, attrs: READABLE_FILE }];
  return zipSync(files);
}

/** Paths below a folder with slashes between them, in an order that no locale changes. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort((left, right) => (left < right ? -1 : 1));
}
