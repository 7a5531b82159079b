import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { tableSafeTopic } from '@lean-ops/core';
import { CommandError, UsageError } from '../usage-error.js';
import { MESSAGE_FILE_SUFFIX, readGeneratedIndex } from './generated-files.js';
import { linesOf } from './line-splitter.js';
import { type InputMessage, sqsIdOfLine } from './message.js';

/** A file of events, under the name its messages' ids are made from. */
export interface InputFile {
  readonly path: string;
  readonly name: string;
}

/**
 * The files behind `--input`: the file itself; of a folder that `generate` wrote, those of the topic, round by round;
 * of any other folder, every `.ndjson` and `.jsonl` in it, by name.
 *
 * @throws {UsageError} when there is nothing to read.
 */
export async function inputFiles(input: string, queueTopic: string): Promise<InputFile[]> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UsageError(`--input ${input}: there is no such file or folder`);
    throw error;
  });
  if (!found.isDirectory()) return [{ path: input, name: basename(input) }];
  const index = await readGeneratedIndex(input);
  if (index !== null) {
    const topic = index.topics.find((candidate) => candidate.queueTopic === queueTopic);
    if (topic === undefined) {
      const known = index.topics.map((candidate) => candidate.queueTopic).join(', ');
      throw new UsageError(`--topic ${queueTopic}: ${input} was generated for ${known}`);
    }
    return topic.files.map((name) => ({ path: join(input, name), name }));
  }
  const entries = await readdir(input, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(ndjson|jsonl)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: relative(input, path).split(sep).join('/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (files.length === 0)
    throw new UsageError(`--input ${input}: the folder holds no .ndjson or .jsonl file`);
  return files;
}

/**
 * The messages of a file: one per line that is not empty. Lines of a generated file are whole messages; any other line
 * is a body, sent now.
 *
 * @throws {CommandError} for a line that no queue could carry: it names file and line.
 */
export async function* readMessages(
  file: InputFile,
  options: { queueTopic: string; nowMs: () => number },
): AsyncGenerator<InputMessage> {
  const generated = file.name.endsWith(MESSAGE_FILE_SUFFIX);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  for await (const lines of linesOf(createReadStream(file.path, { highWaterMark: 1 << 20 }))) {
    for (const line of lines) {
      number += 1;
      const bytes = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
      if (bytes.length === 0) continue;
      const body = textOf(bytes, decoder, file, number);
      yield generated
        ? generatedMessage(body, file, number, options.queueTopic)
        : { body, sqsMessageId: sqsIdOfLine(file.name, number, bytes), sentTimestampMs: options.nowMs() };
    }
  }
}

function textOf(
  bytes: Uint8Array,
  decoder: InstanceType<typeof TextDecoder>,
  file: InputFile,
  line: number,
): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    if (line === 1 && bytes[0] === 0x1f && bytes[1] === 0x8b) {
      throw new UsageError(`--input ${file.path}: the file is compressed; unpack it first (gunzip)`);
    }
    throw new CommandError(
      `${file.path}, line ${line}: the bytes are not UTF-8, so no queue can carry them; mend the line and run again (what was sent before it will be recognised)`,
      { cause },
    );
  }
}

function generatedMessage(text: string, file: InputFile, line: number, queueTopic: string): InputMessage {
  const message = parseMessage(text);
  if (message === null) {
    throw new CommandError(
      `${file.path}, line ${line}: this is not a message as lean-ops generate writes it; name the file other than *${MESSAGE_FILE_SUFFIX} if its lines are bodies`,
    );
  }
  if (tableSafeTopic(message.queueTopic) !== tableSafeTopic(queueTopic)) {
    throw new UsageError(`--topic ${queueTopic}: the messages of ${file.path} are for ${message.queueTopic}`);
  }
  const { body, sqsMessageId, sentTimestampMs, queueArn } = message;
  return { body, sqsMessageId, sentTimestampMs, ...(queueArn === undefined ? {} : { queueArn }) };
}

function parseMessage(text: string): (InputMessage & { queueTopic: string }) | null {
  try {
    const value = JSON.parse(text) as Partial<InputMessage & { queueTopic: string }> | null;
    const { queueTopic, body, sqsMessageId, sentTimestampMs, queueArn } = value ?? {};
    const sound =
      typeof queueTopic === 'string' &&
      typeof body === 'string' &&
      typeof sqsMessageId === 'string' &&
      Number.isSafeInteger(sentTimestampMs) &&
      (queueArn === undefined || typeof queueArn === 'string');
    return sound ? (value as InputMessage & { queueTopic: string }) : null;
  } catch {
    return null;
  }
}
