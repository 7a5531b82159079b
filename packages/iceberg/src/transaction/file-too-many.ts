/** Compressed bytes of all open files together; beyond it the largest is finished early. */
const MAX_OPEN_BYTES = 256 * 1024 * 1024;
/** Files that may be open at once. */
const MAX_OPEN_FILES = 256;

/** Which open file, one per partition, is to be finished before its time: the largest, once there are too many. */
export function fileTooMany<File>(
  open: ReadonlyMap<string, File>,
  bytesOf: (file: File) => number,
): string | null {
  let total = 0;
  let largest: { key: string; bytes: number } | null = null;
  for (const [key, file] of open) {
    const bytes = bytesOf(file);
    total += bytes;
    if (largest === null || bytes > largest.bytes) largest = { key, bytes };
  }
  return total > MAX_OPEN_BYTES || open.size > MAX_OPEN_FILES ? (largest?.key ?? null) : null;
}
