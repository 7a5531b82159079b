/**
 * Thrift's compact protocol as a tree that can be changed and printed again, unknown fields included: what Parquet
 * footers are written in. Lengths are checked against the bytes that are there.
 */

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
export const I32 = 5;
export const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
export const LIST = 9;
const SET = 10;
const MAP = 11;
export const STRUCT = 12;

/** Footers nest some ten levels deep. */
const DEEPEST = 64;

export interface ThriftList {
  readonly itemType: number;
  readonly items: readonly ThriftValue[];
}

interface ThriftMap {
  readonly keyType: number;
  readonly valueType: number;
  readonly entries: readonly (readonly [ThriftValue, ThriftValue])[];
}

/** Integers are bigints; a double stays its eight bytes. */
export type ThriftValue = boolean | bigint | Uint8Array | ThriftList | ThriftMap | ThriftStruct;

export type ThriftStruct = Map<number, { readonly type: number; readonly value: ThriftValue }>;

/** Reads a struct. Throws an `Error` for bytes that are none. */
export function decodeThrift(bytes: Uint8Array): ThriftStruct {
  return new ThriftReader(bytes).struct(0);
}

/** As {@link decodeThrift}, of bytes that go on behind the struct; `length` is the struct's own. */
export function decodeThriftPrefix(bytes: Uint8Array): { struct: ThriftStruct; length: number } {
  const reader = new ThriftReader(bytes);
  const struct = reader.struct(0);
  return { struct, length: reader.position };
}

class ThriftReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  struct(depth: number): ThriftStruct {
    if (depth > DEEPEST) throw new Error('a Thrift struct is nested too deep');
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (let header = this.#byte(); header !== 0; header = this.#byte()) {
      const delta = header >> 4;
      const type = header & 15;
      id = delta === 0 ? Number(this.#zigzag()) : id + delta;
      const value = type === TRUE || type === FALSE ? type === TRUE : this.#value(type, depth);
      fields.set(id, { type, value });
    }
    return fields;
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
        return this.#byte() === TRUE;
      case BYTE:
        return BigInt.asIntN(8, BigInt(this.#byte()));
      case I16:
      case I32:
      case I64:
        return this.#zigzag();
      case DOUBLE:
        return this.#take(8);
      case BINARY:
        return this.#take(this.#length());
      case LIST:
      case SET:
        return this.#list(depth + 1);
      case MAP:
        return this.#map(depth + 1);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw new Error(`the Thrift type ${type} is not known`);
    }
  }

  #list(depth: number): ThriftList {
    if (depth > DEEPEST) throw new Error('a Thrift list is nested too deep');
    const header = this.#byte();
    const count = header >> 4 === 15 ? this.#length() : header >> 4;
    const itemType = header & 15;
    this.#refuseCount(count);
    const items: ThriftValue[] = [];
    for (let index = 0; index < count; index++) items.push(this.#value(itemType, depth));
    return { itemType, items };
  }

  #map(depth: number): ThriftMap {
    if (depth > DEEPEST) throw new Error('a Thrift map is nested too deep');
    const count = this.#length();
    this.#refuseCount(count);
    const types = count === 0 ? 0 : this.#byte();
    const [keyType, valueType] = [types >> 4, types & 15];
    const entries: [ThriftValue, ThriftValue][] = [];
    for (let index = 0; index < count; index++)
      entries.push([this.#value(keyType, depth), this.#value(valueType, depth)]);
    return { keyType, valueType, entries };
  }

  /** Every item takes a byte or more. */
  #refuseCount(count: number): void {
    if (count > this.#bytes.length - this.#at) throw new Error('a Thrift list has more items than bytes');
  }

  #length(): number {
    const length = Number(this.#varint());
    if (length > this.#bytes.length - this.#at) throw new Error('a Thrift value runs past the end');
    return length;
  }

  #zigzag(): bigint {
    const value = this.#varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error('a Thrift number has more than 64 bits');
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Error('the Thrift bytes end early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new Error('the Thrift bytes end early');
    this.#at++;
    return byte;
  }
}

/** Prints a struct. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const out: number[] = [];
  writeStruct(out, struct);
  return Uint8Array.from(out);
}

function writeStruct(out: number[], struct: ThriftStruct): void {
  let previous = 0;
  for (const [id, { type, value }] of struct) {
    const delta = id - previous;
    if (delta > 0 && delta < 16) out.push((delta << 4) | type);
    else {
      out.push(type);
      writeZigzag(out, BigInt(id));
    }
    previous = id;
    if (type !== TRUE && type !== FALSE) writeValue(out, type, value);
  }
  out.push(0);
}

function writeValue(out: number[], type: number, value: ThriftValue): void {
  switch (type) {
    case TRUE:
    case FALSE:
      out.push(value === true ? TRUE : FALSE);
      return;
    case BYTE:
      out.push(Number(BigInt.asUintN(8, value as bigint)));
      return;
    case I16:
    case I32:
    case I64:
      writeZigzag(out, value as bigint);
      return;
    case BINARY:
      writeVarint(out, BigInt((value as Uint8Array).length));
      for (const byte of value as Uint8Array) out.push(byte);
      return;
    case DOUBLE:
      for (const byte of value as Uint8Array) out.push(byte);
      return;
    case MAP:
      writeMap(out, value as ThriftMap);
      return;
    case STRUCT:
      writeStruct(out, value as ThriftStruct);
      return;
    default: {
      const { itemType, items } = value as ThriftList;
      out.push((Math.min(items.length, 15) << 4) | itemType);
      if (items.length >= 15) writeVarint(out, BigInt(items.length));
      for (const item of items) writeValue(out, itemType, item);
    }
  }
}

function writeMap(out: number[], { keyType, valueType, entries }: ThriftMap): void {
  writeVarint(out, BigInt(entries.length));
  if (entries.length > 0) out.push((keyType << 4) | valueType);
  for (const [key, value] of entries) {
    writeValue(out, keyType, key);
    writeValue(out, valueType, value);
  }
}

function writeZigzag(out: number[], value: bigint): void {
  writeVarint(out, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
}

function writeVarint(out: number[], value: bigint): void {
  let rest = value;
  while (rest >= 0x80n) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
}
