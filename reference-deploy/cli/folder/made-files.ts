import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file that a command makes, named below the command's folder. */
export interface MadeFile {
  readonly name: string;
  readonly text: string;
}

/** How a file stands to what the command would make. `stale`: made by an earlier run, and by this one no more. */
interface FileState {
  readonly name: string;
  readonly state: 'same' | 'differs' | 'missing' | 'stale';
}

/**
 * Compares a folder with the files that a command makes, in the order of their names. Of other files only those count that
 * lie in the same folders and begin with `mark`: they are the command's own.
 */
export async function compareMadeFiles(
  folder: string,
  files: readonly MadeFile[],
  mark: string,
): Promise<FileState[]> {
  const states: FileState[] = [];
  for (const { name, text } of files) {
    const there = await textOf(join(folder, name));
    states.push({ name, state: there === null ? 'missing' : there === text ? 'same' : 'differs' });
  }
  const names = new Set(files.map(({ name }) => name));
  for (const inside of new Set(files.map(({ name }) => dirname(name))))
    for (const name of await filesIn(join(folder, inside))) {
      const path = inside === '.' ? name : `${inside}/${name}`;
      if (!names.has(path) && (await textOf(join(folder, path)))?.startsWith(mark) === true)
        states.push({ name: path, state: 'stale' });
    }
  return states.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Writes what is missing or differs, and takes away what is stale. */
export async function writeMadeFiles(
  folder: string,
  files: readonly MadeFile[],
  states: readonly FileState[],
): Promise<void> {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  for (const { name, state } of states) {
    const path = join(folder, name);
    if (state === 'stale') await rm(path);
    if (state !== 'missing' && state !== 'differs') continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, texts.get(name)!);
  }
}

/** One line per file that is not as it should be, and what that comes to. */
export function stateText(states: readonly FileState[], folder: string, check: boolean): string {
  const others = states.filter(({ state }) => state !== 'same');
  const done = { missing: 'written', differs: 'written', stale: 'removed', same: '' };
  const lines = others.map(({ name, state }) => `${check ? state : done[state]}: ${name}`);
  const count = `${states.length} ${states.length === 1 ? 'file' : 'files'} in ${folder}`;
  const last =
    others.length === 0 ? 'up to date' : check ? `${others.length} not up to date` : 'up to date now';
  return [...lines, `${count}: ${last}`].join('\n');
}

async function textOf(path: string): Promise<string | null> {
  return await readFile(path, 'utf8').catch(unlessMissing(null));
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessMissing([]));
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function unlessMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
