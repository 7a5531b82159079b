import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GeneratedMessage, GeneratedStream, GroundTruthRecord } from '../../generator/index.js';
import type { OwnedFolder } from '../folder/owned-folder.js';
import { UsageError } from '../usage-error.js';

/** Ends the name of a file whose lines are whole messages, not only bodies. */
export const MESSAGE_FILE_SUFFIX = '.messages.ndjson';
const GROUND_TRUTH_FILE = 'ground-truth.ndjson';

/** The folder that `generate` writes. */
export const GENERATED_FOLDER: OwnedFolder = {
  marker: 'generated.json',
  format: 'lean-ops-generated',
  contents: ['messages', 'contracts', GROUND_TRUTH_FILE],
};

/** What `generated.json` says. */
export interface GeneratedIndex {
  readonly format: string;
  readonly complete: boolean;
  readonly seed: number;
  readonly messages: number;
  readonly faults: number;
  readonly groundTruth: string;
  readonly topics: readonly {
    readonly queueTopic: string;
    readonly contract: string;
    readonly messages: number;
    /** In the order of the rounds. */
    readonly files: readonly string[];
  }[];
}

/** Writes lines without holding more of them than the stream does. */
class LineFile {
  readonly #stream;

  constructor(path: string) {
    this.#stream = createWriteStream(path);
  }

  async write(value: unknown): Promise<void> {
    if (!this.#stream.write(`${JSON.stringify(value)}\n`)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    this.#stream.end();
    await once(this.#stream, 'close');
  }
}

/** Writes ground truth, one record a line, and gives their number. */
export async function writeGroundTruth(path: string, records: Iterable<GroundTruthRecord>): Promise<number> {
  const file = new LineFile(path);
  let count = 0;
  for (const record of records) {
    await file.write(record);
    count += 1;
  }
  await file.close();
  return count;
}

/** Writes a stream into a prepared folder: messages by topic and round, contracts, ground truth, and last the index. */
export async function writeGenerated(
  folder: string,
  stream: GeneratedStream,
  options: { seed: number; onMessage?: (count: number) => void },
): Promise<GeneratedIndex> {
  const topics = new Map(
    stream.profiles.map(({ queueTopic }) => [
      queueTopic,
      { queueTopic, contract: `contracts/${queueTopic}.json`, messages: 0, files: [] as string[] },
    ]),
  );
  await mkdir(join(folder, 'contracts'), { recursive: true });
  for (const { queueTopic, contract } of stream.profiles) {
    await writeFile(
      join(folder, 'contracts', `${queueTopic}.json`),
      `${JSON.stringify(contract, null, 2)}\n`,
    );
    await mkdir(join(folder, 'messages', queueTopic), { recursive: true });
  }
  let count = 0;
  for (const { round, messages } of stream.rounds) {
    const files = new Map<string, LineFile>();
    for (const message of messages) {
      const topic = topics.get(message.queueTopic)!;
      let file = files.get(message.queueTopic);
      if (file === undefined) {
        const name = `messages/${message.queueTopic}/round-${String(round).padStart(3, '0')}${MESSAGE_FILE_SUFFIX}`;
        topic.files.push(name);
        file = new LineFile(join(folder, name));
        files.set(message.queueTopic, file);
      }
      await file.write(lineOf(message));
      topic.messages += 1;
      count += 1;
      if (count % 1000 === 0) options.onMessage?.(count);
    }
    for (const file of files.values()) await file.close();
  }
  const faults = await writeGroundTruth(join(folder, GROUND_TRUTH_FILE), stream.groundTruth);
  const index: GeneratedIndex = {
    format: GENERATED_FOLDER.format,
    complete: true,
    seed: options.seed,
    messages: count,
    faults,
    groundTruth: GROUND_TRUTH_FILE,
    topics: [...topics.values()],
  };
  await writeFile(join(folder, GENERATED_FOLDER.marker), `${JSON.stringify(index, null, 2)}\n`);
  return index;
}

function lineOf({ queueTopic, sqsMessageId, sentTimestampMs, queueArn, body }: GeneratedMessage): object {
  return { queueTopic, sqsMessageId, sentTimestampMs, ...(queueArn === undefined ? {} : { queueArn }), body };
}

/**
 * The index of a folder that `generate` wrote; null when the folder is none.
 *
 * @throws {UsageError} when `generate` did not finish there.
 */
export async function readGeneratedIndex(folder: string): Promise<GeneratedIndex | null> {
  let text: string;
  try {
    text = await readFile(join(folder, GENERATED_FOLDER.marker), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const index = parseIndex(text);
  if (index?.format !== GENERATED_FOLDER.format) return null;
  if (!index.complete) throw new UsageError(`${folder}: lean-ops generate did not finish here; run it again`);
  return index;
}

/** Null for a file that is somebody else's, whatever it holds. */
function parseIndex(text: string): GeneratedIndex | null {
  try {
    return JSON.parse(text) as GeneratedIndex | null;
  } catch {
    return null;
  }
}
