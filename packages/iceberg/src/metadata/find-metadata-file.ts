import { IcebergError } from '../error.js';
import type { Storage } from '../storage/storage.js';
import { isDirectlyIn } from '../util/is-directly-in.js';

/** `v3.metadata.json`, `00003-<uuid>.metadata.json`, both also gzipped in the two spellings in use. */
const METADATA_FILE = /\/(?:v(\d{1,15})|(\d{1,15})-[^/]+)(?:\.gz)?\.metadata\.json(?:\.gz)?$/;

/**
 * The newest metadata file below a table folder: the one with the highest version. Where several have that version
 * (catalogs allow it: one of them lost a race), the version hint decides.
 *
 * Throws `TABLE_NOT_FOUND`, and `INVALID_ARGUMENT` where it cannot be told which file counts.
 */
export async function findMetadataFile(storage: Storage, folder: string): Promise<string> {
  let newest: string[] = [];
  let highest = -1;
  const place = `${folder}/metadata`;
  for await (const { path } of storage.list(place)) {
    const match = METADATA_FILE.exec(path);
    // Further below are other tables.
    if (match === null || !isDirectlyIn(place, path)) continue;
    const version = Number(match[1] ?? match[2]);
    if (version > highest) newest = [];
    if (version >= highest) newest.push(path);
    highest = Math.max(highest, version);
  }
  if (newest.length === 0) {
    throw new IcebergError(`There is no table at ${folder}: it has no metadata file.`, {
      code: 'TABLE_NOT_FOUND',
      context: { folder },
    });
  }
  if (newest.length === 1) return newest[0]!;
  const hint = await readHint(storage, folder);
  const hinted = newest.filter((path) => namesFile(hint, path));
  if (hinted.length === 1) return hinted[0]!;
  throw new IcebergError(
    `The table at ${folder} has ${newest.length} metadata files of version ${highest}, and only its catalog knows which one counts. Name one: ${newest.sort().join(', ')}.`,
    { code: 'INVALID_ARGUMENT', context: { folder, files: newest } },
  );
}

/** A hint is a version number, or a file name with or without its ending. */
function namesFile(hint: string, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === hint || name.startsWith(`${hint}.`) || name.startsWith(`v${hint}.`);
}

async function readHint(storage: Storage, folder: string): Promise<string> {
  try {
    return new TextDecoder().decode(await storage.read(`${folder}/metadata/version-hint.text`)).trim();
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'FILE_NOT_FOUND') return '';
    throw error;
  }
}
