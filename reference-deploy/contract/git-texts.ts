import { spawn } from 'node:child_process';
import { documentText } from './document-bytes.js';

/**
 * The texts of the files that `git ls-tree -r -z` lists, by name, read by one process: a repository may have hundreds.
 * What is no file (a link, a module) is left out.
 */
export async function gitTexts(
  folder: string,
  tree: string,
  isWanted: (name: string) => boolean,
): Promise<Map<string, string>> {
  const files = tree.split('\0').flatMap((entry) => {
    const match = /^100\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry);
    return match !== null && isWanted(match[2]!) ? [{ id: match[1]!, name: match[2]! }] : [];
  });
  if (files.length === 0) return new Map();
  const output = await catFile(
    folder,
    files.map(({ id }) => id),
  );
  const texts = new Map<string, string>();
  let position = 0;
  for (const { name } of files) {
    const end = output.indexOf('\n', position);
    const size = Number(/ blob (\d+)$/.exec(output.toString('latin1', position, end))?.[1]);
    if (!Number.isSafeInteger(size)) throw new Error(`git gave no text for ${name}`);
    texts.set(name, textOf(name, output.subarray(end + 1, end + 1 + size)));
    position = end + 1 + size + 1;
  }
  return texts;
}

function textOf(name: string, bytes: Buffer): string {
  try {
    return documentText(bytes);
  } catch (cause) {
    throw new Error(`${name}: ${(cause as Error).message}`, { cause });
  }
}

function catFile(folder: string, ids: readonly string[]): Promise<Buffer> {
  return new Promise((done, fail) => {
    const git = spawn('git', ['cat-file', '--batch'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    git.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    git.once('error', fail);
    git.once('close', (code) => {
      if (code === 0) done(Buffer.concat(chunks));
      else fail(new Error(`git cat-file ended with ${code}`));
    });
    git.stdin.once('error', fail);
    git.stdin.end(`${ids.join('\n')}\n`);
  });
}
