import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Tables and documents that other projects wrote; kept beside the repository, not in it. */
export const FIXTURES: string = join(import.meta.dirname, '../../../../../shared/fixtures');

export function haveFixtures(): boolean {
  return existsSync(join(FIXTURES, 'iceberg/expected.json'));
}

/** Paths below a folder of all files whose name ends so, sorted. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(FIXTURES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort();
}
