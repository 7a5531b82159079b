import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../usage-error.js';

/** A folder that one of our commands fills, and may therefore fill again. */
export interface OwnedFolder {
  /** Name of the file that marks the folder as ours. */
  readonly marker: string;
  /** What the marker's `format` says. */
  readonly format: string;
  /** Everything the command writes, by name: nothing else is ever deleted. */
  readonly contents: readonly string[];
}

/**
 * Makes `folder` ready to be filled: creates it, or takes away what an earlier run of the same command left. A folder
 * that holds anything without our marker is refused, untouched.
 *
 * @throws {UsageError} when the folder is not empty and not ours, or is no folder.
 */
export async function prepareOwnedFolder(folder: string, owned: OwnedFolder, option: string): Promise<void> {
  const names = await namesIn(folder, option);
  if (names.length > 0) {
    if (!(await isOwned(folder, owned))) {
      throw new UsageError(
        `${option} ${folder}: the folder is not empty and was not written by this command; name another, or empty it yourself`,
      );
    }
    // The marker goes last: killed half-way, the folder is still recognised.
    for (const name of owned.contents) await rm(join(folder, name), { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, owned.marker),
    `${JSON.stringify({ format: owned.format, complete: false })}\n`,
  );
}

/** Whether the folder carries the marker. */
async function isOwned(folder: string, { marker, format }: OwnedFolder): Promise<boolean> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, marker), 'utf8'));
    return typeof found === 'object' && found !== null && (found as { format?: unknown }).format === format;
  } catch {
    return false;
  }
}

async function namesIn(folder: string, option: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new UsageError(`${option} ${folder}: this is a file; name a folder`);
    throw error;
  }
}
