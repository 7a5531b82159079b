import { readFileSync, type Stats, statSync } from 'node:fs';

/** Larger than any contract with ten thousand columns. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Why something at a path is no document, before any of it is read; null where it may be one. */
export function noDocument(found: Pick<Stats, 'isFile' | 'size'>): string | null {
  if (!found.isFile()) return 'it is no file';
  return found.size > MOST_BYTES ? `it has ${found.size} bytes, more than ${MOST_BYTES}` : null;
}

/**
 * A document's text. Bytes that are no UTF-8 are refused: read with other characters in their place, an enum would allow
 * what nobody wrote.
 *
 * @throws {TypeError}
 */
export function documentText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TypeError('it is not text in UTF-8', { cause });
  }
}

/** @throws {Error} saying why a file is no document. */
export function readDocumentText(path: string): string {
  const reason = noDocument(statSync(path));
  if (reason !== null) throw new Error(reason);
  return documentText(readFileSync(path));
}
