/** Seeded JSON documents, valid and mutated, for differential tests. */

/** mulberry32: small, seeded, good enough to pick test cases. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KEYS = [
  'a',
  'b',
  'c',
  'A',
  'a_b',
  'userId',
  'userid',
  '_m',
  '1x',
  '',
  'é',
  'we.ird',
  '__proto__',
  'message_id',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.10',
  '9007199254740993',
  '1e400',
  '-1.5E-7',
  '1E+2',
  '123456789012345678901234567890123456789',
];
const STRINGS = ['', 'x', 'naïve €', '😀', 'null', '1.10', '\u2028', 'a'.repeat(60)];
const ESCAPES = [
  '\\n',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0041',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\ud800',
  '\\udc00x',
  '\\u0000',
  '\\ud800\\ud800',
];
const SPACES = ['', '', '', '', ' ', '\n', '\t', '\r', '  \n '];
const MUTANTS = '{}[]",:\\ 0123eE+-.tfnulrabx\u0000\u0001\u007f';

export class JsonDocuments {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** An object, as UTF-8; about half of them damaged. */
  next(): Buffer {
    const text = `${this.#space()}${this.#random() < 0.95 ? this.#object(0) : this.#value(0)}${this.#space()}`;
    const bytes = Buffer.from(text, 'utf8');
    return this.#random() < 0.5 ? bytes : this.#damage(bytes);
  }

  #space(): string {
    return this.#pick(SPACES);
  }

  #object(depth: number): string {
    const members: string[] = [];
    const size = Math.floor(this.#random() * 5);
    for (let index = 0; index < size; index++) {
      members.push(
        `${this.#space()}${this.#key()}${this.#space()}:${this.#space()}${this.#value(depth + 1)}${this.#space()}`,
      );
    }
    return `{${members.join(',') || this.#space()}}`;
  }

  #key(): string {
    const kind = this.#random();
    if (kind < 0.85) return JSON.stringify(this.#pick(KEYS));
    // The same keys, spelled with escapes.
    if (kind < 0.95) return this.#pick(['"\\u0061"', '"user\\u0049d"', '"\\u00E9"', '"a\\u005fb"']);
    return this.#string();
  }

  #string(): string {
    if (this.#random() < 0.7) return JSON.stringify(this.#pick(STRINGS));
    return `"${this.#pick(ESCAPES)}${this.#pick(['', 'x', 'é'])}${this.#pick(ESCAPES)}"`;
  }

  #value(depth: number): string {
    const kind = this.#random();
    if (kind < 0.25 && depth < 8) return this.#object(depth);
    if (kind < 0.35 && depth < 8) return this.#array(depth);
    if (kind < 0.6) return this.#pick(NUMBERS);
    if (kind < 0.75) return this.#pick(['true', 'false', 'null']);
    return this.#string();
  }

  #array(depth: number): string {
    const items = Array.from(
      { length: Math.floor(this.#random() * 4) },
      () => `${this.#space()}${this.#value(depth + 1)}`,
    );
    return `[${items.join(',')}${this.#space()}]`;
  }

  #damage(bytes: Buffer): Buffer {
    const at = Math.floor(this.#random() * (bytes.length + 1));
    const kind = this.#random();
    if (kind < 0.2) return bytes.subarray(0, at);
    const byte =
      this.#random() < 0.9
        ? MUTANTS.charCodeAt(Math.floor(this.#random() * MUTANTS.length))
        : Math.floor(this.#random() * 256);
    if (kind < 0.5) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
    if (kind < 0.8) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(this.#random() * 3))]);
  }
}
