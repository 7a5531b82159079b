import { posix } from 'node:path';
import { CoreError } from '../../error.js';
import { type ContractDocument, type DocumentPath, readDocument } from '../document.js';
import type { Faults } from './faults.js';
import { type Place, type SourceDocument, valueAt } from './place.js';

const MOST_DOCUMENTS = 200;
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** The documents of one contract: `$ref`s are followed within the folder of the first, each document read once. */
export class Documents {
  readonly root: SourceDocument;
  readonly #load: (path: string) => string | null;
  readonly #faults: Faults;
  readonly #read = new Map<string, SourceDocument | null>();
  #characters = 0;

  constructor(
    root: { readonly file: string; readonly document: ContractDocument },
    load: (path: string) => string | null,
    faults: Faults,
  ) {
    const path = posix.basename(root.file.replaceAll('\\', '/'));
    this.root = { ...root, path };
    this.#read.set(path, this.root);
    this.#load = load;
    this.#faults = faults;
  }

  /** Where a `$ref` points, or null, with a fault, where it points nowhere. */
  follow(reference: Place): Place | null {
    const text = valueAt(reference);
    if (typeof text !== 'string') return this.#refuse(reference, 'must be a text');
    const [file = '', ...rest] = text.split('#');
    const source = file === '' ? reference.source : this.#sourceOf(file, reference);
    if (source === null) return null;
    const path = pointerKeys(rest.join('#'));
    if (path === null) {
      return this.#refuse(
        reference,
        'is not followed: after # comes a JSON pointer such as /components/schemas/Name',
      );
    }
    const place = { source, path };
    return valueAt(place) === undefined
      ? this.#refuse(reference, `points to nothing: ${source.file} has no such part`)
      : place;
  }

  #refuse(at: Place, reason: string): null {
    this.#faults.add(at, reason);
    return null;
  }

  #sourceOf(text: string, reference: Place): SourceDocument | null {
    const file = decoded(text);
    if (file === null) return this.#refuse(reference, 'is not a reference: its % escapes cannot be read');
    if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(file)) {
      const advice = "nothing is read over the network: copy the document into this one's folder";
      return this.#refuse(reference, `is an address, and ${advice}`);
    }
    const path = posix.join(posix.dirname(reference.source.path), file);
    if (file.includes('\\') || file.includes('\0') || file.startsWith('/') || /^\.\.(?:\/|$)/.test(path)) {
      return this.#refuse(reference, "points outside the OpenAPI document's folder, where nothing is read");
    }
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const source = this.#readFile(path, reference);
    this.#read.set(path, source);
    return source;
  }

  #readFile(path: string, reference: Place): SourceDocument | null {
    if (this.#read.size >= MOST_DOCUMENTS) {
      return this.#refuse(reference, `is one document too many: a contract has at most ${MOST_DOCUMENTS}`);
    }
    const text = this.#load(path);
    if (text === null) return this.#refuse(reference, `cannot be read: there is no document ${path} here`);
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) {
      return this.#refuse(
        reference,
        `is too much: the documents of a contract have at most ${MOST_CHARACTERS} characters`,
      );
    }
    const file = posix.join(posix.dirname(this.root.file), path);
    try {
      return { file, path, document: readDocument(text, file) };
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      const { line, column, reason } = error.context as { line: number; column: number; reason: string };
      this.#faults.addFinding({ file, line, column, path: '(top)', value: null, reason });
      return null;
    }
  }
}

/** The keys of a JSON pointer in a URI fragment; null where the fragment is none. */
function pointerKeys(fragment: string): DocumentPath | null {
  const pointer = decoded(fragment);
  if (pointer === null || (pointer !== '' && !pointer.startsWith('/'))) return null;
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
