/** Plain JSON: text, numbers that a double holds, booleans, null, lists, objects. 64-bit ids are written as text. */
export type JournalDocument = Readonly<Record<string, unknown>>;

/** A document as it was read: what a replacement of it compares. */
export interface Journal {
  /** For example `rebuild/events`. */
  readonly name: string;
  /** Opaque; another one after every write, also where the journal was removed and made again. */
  readonly revision: string;
  readonly document: JournalDocument;
}

/**
 * How far something got that takes several steps, by name: one JSON document, at most some hundred kilobytes. Every
 * write compares, so that of two processes that work by one journal one is told.
 */
export interface JournalStore {
  get(name: string): Promise<Journal | null>;
  /** Null, and nothing changed, where the journal is there already. */
  create(name: string, document: JournalDocument): Promise<Journal | null>;
  /** Null, and nothing changed, where the stored journal is no longer the one given. */
  replace(journal: Journal, document: JournalDocument): Promise<Journal | null>;
  /** False, and nothing changed, where the stored journal is no longer the one given. */
  remove(journal: Journal): Promise<boolean>;
  /** Names that begin with `prefix`, sorted. */
  list(prefix: string): Promise<string[]>;
}
