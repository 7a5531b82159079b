import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { linesOf } from './line-splitter.js';

/** The JSON documents of a file: one a line, or the elements of one array, each as it is spelled. */
export async function* sampleMessages(path: string): AsyncGenerator<string> {
  if (await isArray(path)) {
    yield* elementsOf(await readFile(path, 'utf8'));
    return;
  }
  for await (const lines of linesOf(createReadStream(path))) {
    for (const line of lines) {
      const text = Buffer.from(line).toString('utf8').trim();
      if (text !== '') yield text;
    }
  }
}

async function isArray(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(1_024), position: 0 });
    return buffer
      .toString('utf8', 0, bytesRead)
      .replace(/^\uFEFF/, '')
      .trimStart()
      .startsWith('[');
  } finally {
    await file.close();
  }
}

/** Parsing and printing would lose digits. */
function* elementsOf(text: string): Generator<string> {
  JSON.parse(text.replace(/^\uFEFF/, ''));
  let [depth, start, inText] = [0, -1, false];
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (inText) {
      if (character === '\\') index++;
      else if (character === '"') inText = false;
      continue;
    }
    if (character === '"') inText = true;
    const closes = character === ']' || character === '}';
    if (depth === 1 && (character === ',' || closes)) {
      if (start !== -1) yield text.slice(start, index).trim();
      start = -1;
    } else if (depth === 1 && start === -1 && !/\s/.test(character)) start = index;
    if (character === '[' || character === '{') depth++;
    else if (closes) depth--;
  }
}
