import type { Journal, JournalDocument, JournalStore } from '../../ports/journal-store.js';

export class MemoryJournalStore implements JournalStore {
  readonly #journals = new Map<string, Journal>();
  #writes = 0;

  async get(name: string): Promise<Journal | null> {
    return structuredClone(this.#journals.get(name) ?? null);
  }

  async create(name: string, document: JournalDocument): Promise<Journal | null> {
    return this.#journals.has(name) ? null : this.#write(name, document);
  }

  async replace(journal: Journal, document: JournalDocument): Promise<Journal | null> {
    return this.#isStored(journal) ? this.#write(journal.name, document) : null;
  }

  async remove(journal: Journal): Promise<boolean> {
    return this.#isStored(journal) && this.#journals.delete(journal.name);
  }

  async list(prefix: string): Promise<string[]> {
    return [...this.#journals.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  #isStored({ name, revision }: Journal): boolean {
    return this.#journals.get(name)?.revision === revision;
  }

  #write(name: string, document: JournalDocument): Journal {
    this.#writes += 1;
    const journal: Journal = { name, revision: String(this.#writes), document: structuredClone(document) };
    this.#journals.set(name, journal);
    return structuredClone(journal);
  }
}
