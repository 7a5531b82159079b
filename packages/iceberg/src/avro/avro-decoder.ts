import type { AvroReader } from './avro-reader.js';

/**
 * Decodes Avro values by their schema, every `long` as an exact `bigint`, logical types as the values underneath.
 * Unlike general decoders it checks every length against the bytes that are there, so that a damaged file ends in an
 * error and never in an endless loop or a huge allocation.
 */

/** Decodes the value at a reader's position. */
type AvroDecoder = (reader: AvroReader) => unknown;

/** A schema made ready to decode values, or to pass over them. */
export interface AvroType {
  decode: AvroDecoder;
  skip: (reader: AvroReader) => void;
  /** Fewest bytes a value takes; arrays of values that take none are refused. */
  least: number;
  /** Of a record: its fields. */
  fields?: readonly AvroTypeField[];
  /** Of a union: its branches. */
  branches?: readonly AvroType[];
  /** Of an array: the type of its items. */
  item?: AvroType;
  /** Of a primitive: its name. */
  primitive?: string;
}

interface AvroTypeField {
  readonly name: string;
  readonly type: AvroType;
}

type Compiled = AvroType;

/** Compiles a schema (Avro 1.12, "Schema Declaration"). Throws an `Error` for one that is not valid. */
export function compileAvro(schema: unknown): AvroType {
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
    return {
      decode: (reader) => at(branches, reader.int()).decode(reader),
      skip: (reader) => at(branches, reader.int()).skip(reader),
      least: 1,
      branches,
    };
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
      return register(json, named, {
        decode: (reader) => at(symbols, reader.int()),
        skip: (reader) => reader.skipLong(),
        least: 1,
      });
    }
    case 'fixed': {
      const size = json['size'];
      if (typeof size !== 'number' || !Number.isInteger(size) || size < 0)
        throw new Error('an Avro fixed has no size');
      return register(json, named, {
        decode: (reader) => reader.take(size),
        skip: (reader) => reader.skip(size),
        least: size,
      });
    }
    case 'array': {
      const item = compile(json['items'], named);
      return { decode: (reader) => readArray(reader, item), skip: arraySkipper(item), least: 1, item };
    }
    case 'map': {
      const value = compile(json['values'], named);
      const skip = (reader: AvroReader): void => {
        for (let count = reader.blockCount(1); count > 0; count = reader.blockCount(1)) {
          for (let index = 0; index < count; index++) {
            reader.skipBytes();
            value.skip(reader);
          }
        }
      };
      return { decode: (reader) => readMap(reader, value), skip, least: 1 };
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
  const skip = (reader: AvroReader): void => {
    if (name === 'int' || name === 'long') reader.skipLong();
    else if (name === 'bytes' || name === 'string') reader.skipBytes();
    else reader.skip(least);
  };
  return { decode: decoders[name]!, skip, least, primitive: name };
}

/** What statistics by field id are: arrays of a number and a number, or bytes. */
function pairValue({ fields = [] }: AvroType): 'long' | 'bytes' | null {
  if (fields.length !== 2 || fields[0]!.type.primitive !== 'int') return null;
  const kind = fields[1]!.type.primitive;
  return kind === 'long' || kind === 'bytes' ? kind : null;
}

function arraySkipper(item: AvroType): (reader: AvroReader) => void {
  const pairs = pairValue(item);
  return (reader) => {
    for (let count = reader.blockCount(item.least); count > 0; count = reader.blockCount(item.least)) {
      if (pairs !== null) reader.pairs(count, pairs);
      else for (let index = 0; index < count; index++) item.skip(reader);
    }
  };
}

function record(json: Record<string, unknown>, named: Map<string, Compiled>): Compiled {
  const fields: AvroTypeField[] = [];
  const compiled = register(json, named, {
    decode: (reader) => {
      const value: Record<string, unknown> = {};
      for (let index = 0; index < fields.length; index++) {
        const { name, type } = fields[index]!;
        value[name] = type.decode(reader);
      }
      return value;
    },
    skip: (reader) => {
      for (let index = 0; index < fields.length; index++) fields[index]!.type.skip(reader);
    },
    least: 0,
    fields,
  });
  if (!Array.isArray(json['fields'])) throw new Error('an Avro record has no fields');
  for (const field of json['fields'] as unknown[]) {
    const { name, type } = (field ?? {}) as { name?: unknown; type?: unknown };
    if (typeof name !== 'string' || name === '__proto__') throw new Error('an Avro field has no usable name');
    const found = compile(type, named);
    fields.push({ name, type: found });
    compiled.least += found.least;
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
