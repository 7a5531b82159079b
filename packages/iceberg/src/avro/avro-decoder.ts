/**
 * Decodes Avro values by their schema, every `long` as an exact `bigint`, logical types as the values underneath.
 * Unlike general decoders it checks every length against the bytes that are there, so that a damaged file ends in an
 * error and never in an endless loop or a huge allocation.
 */

/** Decodes the value at a reader's position. */
export type AvroDecoder = (reader: AvroReader) => unknown;

interface Compiled {
  decode: AvroDecoder;
  /** Fewest bytes a value takes; arrays of values that take none are refused. */
  least: number;
}

/** Compiles a schema (Avro 1.12, "Schema Declaration"). Throws an `Error` for one that is not valid. */
export function compileAvro(schema: unknown): { decode: AvroDecoder; least: number } {
  return compile(schema, new Map());
}

function compile(schema: unknown, named: Map<string, Compiled>): Compiled {
  if (typeof schema === 'string') {
    const compiled = primitive(schema) ?? named.get(schema);
    if (compiled === undefined) throw new Error(`the Avro type "${schema}" is not known`);
    return compiled;
  }
  if (Array.isArray(schema)) {
    const branches = schema.map((branch: unknown) => compile(branch, named));
    return { decode: (reader) => at(branches, reader.int()).decode(reader), least: 1 };
  }
  if (typeof schema !== 'object' || schema === null)
    throw new Error('an Avro type is neither text nor object');
  const json = schema as Record<string, unknown>;
  switch (json['type']) {
    case 'record':
    case 'error':
      return record(json, named);
    case 'enum': {
      const symbols: unknown = json['symbols'];
      if (!Array.isArray(symbols)) throw new Error('an Avro enum has no symbols');
      return register(json, named, { decode: (reader) => at(symbols, reader.int()), least: 1 });
    }
    case 'fixed': {
      const size = json['size'];
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
        throw new Error('an Avro fixed has no size');
      return register(json, named, { decode: (reader) => reader.take(size), least: size });
    }
    case 'array': {
      const item = compile(json['items'], named);
      return { decode: (reader) => readArray(reader, item), least: 1 };
    }
    case 'map': {
      const value = compile(json['values'], named);
      return { decode: (reader) => readMap(reader, value), least: 1 };
    }
    default:
      return compile(json['type'], named);
  }
}

const LEAST: Record<string, number> = {
  null: 0,
  boolean: 1,
  int: 1,
  long: 1,
  float: 4,
  double: 8,
  bytes: 1,
  string: 1,
};

function primitive(name: string): Compiled | undefined {
  const least = LEAST[name];
  if (least === undefined) return undefined;
  const decoders: Record<string, AvroDecoder> = {
    null: () => null,
    boolean: (reader) => reader.boolean(),
    int: (reader) => reader.int(),
    long: (reader) => reader.long(),
    float: (reader) => reader.float(),
    double: (reader) => reader.double(),
    bytes: (reader) => reader.bytes(),
    string: (reader) => reader.string(),
  };
  return { decode: decoders[name]!, least };
}

function record(json: Record<string, unknown>, named: Map<string, Compiled>): Compiled {
  const fields: { name: string; decode: AvroDecoder }[] = [];
  const compiled = register(json, named, {
    decode: (reader) => {
      const value: Record<string, unknown> = {};
      for (let index = 0; index < fields.length; index++) {
        const { name, decode } = fields[index]!;
        value[name] = decode(reader);
      }
      return value;
    },
    least: 0,
  });
  if (!Array.isArray(json['fields'])) throw new Error('an Avro record has no fields');
  for (const field of json['fields'] as unknown[]) {
    const { name, type } = (field ?? {}) as { name?: unknown; type?: unknown };
    if (typeof name !== 'string' || name === '__proto__') throw new Error('an Avro field has no usable name');
    const { decode, least } = compile(type, named);
    fields.push({ name, decode });
    compiled.least += least;
  }
  return compiled;
}

function register(json: Record<string, unknown>, named: Map<string, Compiled>, compiled: Compiled): Compiled {
  const { name, namespace } = json;
  if (typeof name !== 'string') throw new Error('a named Avro type has no name');
  named.set(name, compiled);
  if (typeof namespace === 'string') named.set(`${namespace}.${name}`, compiled);
  return compiled;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`the Avro index ${index} is above ${items.length - 1}`);
  return item;
}

function readArray(reader: AvroReader, item: Compiled): unknown[] {
  const items: unknown[] = [];
  for (let count = reader.blockCount(item.least); count > 0; count = reader.blockCount(item.least)) {
    for (let index = 0; index < count; index++) items.push(item.decode(reader));
  }
  return items;
}

function readMap(reader: AvroReader, value: Compiled): Record<string, unknown> {
  const map = Object.create(null) as Record<string, unknown>;
  for (let count = reader.blockCount(1); count > 0; count = reader.blockCount(1)) {
    for (let index = 0; index < count; index++) {
      const key = reader.string();
      map[key] = value.decode(reader);
    }
  }
  return map;
}

/** A position in bytes; reading past the end throws an `Error`. */
export class AvroReader {
  readonly #buffer: Buffer;
  #position: number;

  constructor(buffer: Buffer, position = 0) {
    this.#buffer = buffer;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get left(): number {
    return this.#buffer.length - this.#position;
  }

  /** The next `length` bytes: a view, not a copy. */
  take(length: number): Buffer {
    if (!(length >= 0 && length <= this.left))
      throw new Error(`${length} bytes are wanted and ${this.left} left`);
    this.#position += length;
    return this.#buffer.subarray(this.#position - length, this.#position);
  }

  boolean(): boolean {
    return this.#byte() !== 0;
  }

  /** Zigzag, at most 32 bits. */
  int(): number {
    const value = this.#smallLong();
    if (value === null || value > 2147483647 || value < -2147483648)
      throw new Error('an Avro int has more than 32 bits');
    return value;
  }

  long(): bigint {
    const start = this.#position;
    const small = this.#smallLong();
    if (small !== null) return BigInt(small);
    this.#position = start;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw new Error('an Avro long has more than 64 bits');
  }

  float(): number {
    return this.take(4).readFloatLE();
  }

  double(): number {
    return this.take(8).readDoubleLE();
  }

  bytes(): Buffer {
    return this.take(this.length());
  }

  string(): string {
    const length = this.length();
    const start = this.#position;
    this.take(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** A length or count: not negative, and exact as a double. */
  length(): number {
    const value = this.#smallLong();
    if (value === null || value < 0) throw new Error('an Avro length is negative or too large');
    return value;
  }

  /** Items in the next block of an array or map; 0 at its end. */
  blockCount(leastBytes: number): number {
    let count = this.#smallLong();
    if (count !== null && count < 0) {
      this.length();
      count = -count;
    }
    if (count === 0) return 0;
    if (count === null || leastBytes === 0 || count > this.left / leastBytes)
      throw new Error('an Avro block has more items than bytes');
    return count;
  }

  /** A zigzag number of up to seven bytes, or `null` for a longer one, wherever that leaves the position. */
  #smallLong(): number | null {
    const first = this.#buffer[this.#position];
    // Most numbers take one byte: ids, branches of unions, lengths.
    if (first !== undefined && first < 0x80) {
      this.#position++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    let factor = 1;
    for (let index = 0; index < 7; index++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 0x80;
    }
    return null;
  }

  #byte(): number {
    const byte = this.#buffer[this.#position];
    if (byte === undefined) throw new Error('the bytes end early');
    this.#position++;
    return byte;
  }
}
