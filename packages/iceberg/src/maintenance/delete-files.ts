import pLimit from 'p-limit';
import { throwIfAborted } from '../error.js';

const FILES_PER_CALL = 250;
const DEFAULT_CONCURRENCY = 4;

/** What became of files to delete. Paths are given as they came. */
export interface Deletion {
  readonly deleted: readonly string[];
  readonly failed: readonly string[];
}

type Remove = (paths: readonly string[]) => Promise<void>;

/** Deletes as many files as can be deleted, by `remove`. Throws `ABORTED`, also where a call was ended by the signal. */
export async function deleteFiles(
  remove: Remove,
  paths: readonly string[],
  options: {
    maxConcurrency?: number | undefined;
    signal?: AbortSignal | undefined;
    onProgress?: (done: number) => void;
  } = {},
): Promise<Deletion> {
  const limit = pLimit(options.maxConcurrency ?? DEFAULT_CONCURRENCY);
  const deleted: string[] = [];
  const failed: string[] = [];
  const chunks = Array.from({ length: Math.ceil(paths.length / FILES_PER_CALL) }, (_, index) =>
    paths.slice(index * FILES_PER_CALL, (index + 1) * FILES_PER_CALL),
  );
  await Promise.all(
    chunks.map((chunk) =>
      limit(async () => {
        throwIfAborted(options.signal);
        const lost = await undeletable(remove, chunk, options.signal);
        failed.push(...chunk.filter((path) => lost.has(path)));
        deleted.push(...chunk.filter((path) => !lost.has(path)));
        options.onProgress?.(deleted.length + failed.length);
      }),
    ),
  );
  return { deleted, failed };
}

/** Deletes in one call, or one by one where that fails, which tells the files that are to blame. */
async function undeletable(
  remove: Remove,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  try {
    await remove(paths);
    return new Set();
  } catch {
    const failed = new Set<string>();
    for (const path of paths) {
      throwIfAborted(signal);
      await remove([path]).catch(() => failed.add(path));
    }
    throwIfAborted(signal);
    return failed;
  }
}
