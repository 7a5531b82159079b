import type { NewField, NewType, PrimitiveType } from '../../type/iceberg-type.js';
import { UsageError } from '../usage-error.js';

/**
 * Parses a column as the command line has it: `id long required`, `"unit price" decimal(12, 2)`,
 * `place struct<lat: double, lon: double>`, `tags list<string>`, `props map<string, long>`. Types are spelled as the
 * command `schema` prints them; what primitive types there are is left to the library.
 *
 * @throws {UsageError}
 */
export function columnOf(option: string, text: string): NewField {
  const match = /^\s*("[^"]+"|\S+)\s+(.+?)(?:\s+(required))?\s*$/s.exec(text);
  if (match === null) {
    throw new UsageError(
      `${option} ${JSON.stringify(text)}: write NAME TYPE, and "required" behind it where it is`,
    );
  }
  const parser = new TypeParser(option, match[2]!);
  return {
    name: match[1]!.replace(/^"(.*)"$/, '$1'),
    type: parser.whole(),
    ...(match[3] !== undefined && { required: true }),
  };
}

class TypeParser {
  readonly #option: string;
  readonly #text: string;
  #at = 0;

  constructor(option: string, text: string) {
    this.#option = option;
    this.#text = text;
  }

  whole(): NewType {
    const type = this.#type();
    return this.#at === this.#text.length ? type : this.#fail();
  }

  #type(): NewType {
    const nested = this.#take(/(struct|list|map)\s*</iy)?.[1]?.toLowerCase();
    if (nested === undefined) {
      const name = this.#take(/[^\s<>(),:]+(?:\s*\([^()]*\))?/y)?.[0];
      return name === undefined ? this.#fail() : (name as PrimitiveType);
    }
    const type = nested === 'struct' ? this.#struct() : nested === 'list' ? this.#list() : this.#map();
    this.#expect(/>/y);
    return type;
  }

  #struct(): NewType {
    const fields: NewField[] = [];
    do {
      const name = (this.#take(/("[^"]+"|[^\s<>(),:"]+)\s*:/y) ?? this.#fail())[1]!;
      const type = this.#type();
      const required = this.#required();
      fields.push({ name: name.replace(/^"(.*)"$/, '$1'), type, ...(required && { required }) });
    } while (this.#take(/,/y) !== null);
    return { type: 'struct', fields };
  }

  #list(): NewType {
    const element = this.#type();
    return { type: 'list', element, elementRequired: this.#required() };
  }

  #map(): NewType {
    const key = this.#type();
    this.#expect(/,/y);
    const value = this.#type();
    return { type: 'map', key, value, valueRequired: this.#required() };
  }

  #required(): boolean {
    return this.#take(/required\b/y) !== null;
  }

  #expect(pattern: RegExp): void {
    if (this.#take(pattern) === null) this.#fail();
  }

  /** What stands here, and moves on behind it and the space around it. */
  #take(pattern: RegExp): RegExpExecArray | null {
    this.#at += /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    this.#at += /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    return match;
  }

  #fail(): never {
    const rest = this.#text.slice(this.#at);
    throw new UsageError(
      `${this.#option}: the type ${JSON.stringify(this.#text)} cannot be read ${rest === '' ? 'at its end' : `from ${JSON.stringify(rest)} on`}; nested types are struct<NAME: TYPE, …>, list<TYPE>, map<TYPE, TYPE>, with "required" behind a type where it is, and "create" takes columns from a file by --schema`,
    );
  }
}
