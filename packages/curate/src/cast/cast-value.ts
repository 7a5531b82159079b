import type { ContractType } from '@lean-ops/core';
import type { CastCode, CastOptions, CastResult, CastValue } from './cast-result.js';
import { type TypeShape, typeShape } from './contract-type.js';
import { castDecimal } from './decimal.js';
import { isBlank } from './instant.js';
import { castDouble, castFloat, castInt, castLong } from './number.js';
import { castDate, castTime, castTimestamp, castTimestamptz } from './temporal.js';

/** A value of a type other than string, or the code of what is wrong. */
export type Cast = (text: Uint8Array) => Exclude<CastValue, string> | CastCode;

/** The cast of a type, with its options applied once. Strings need none and have none. */
export function castOf(shape: TypeShape, options: CastOptions = {}): Cast | null {
  switch (shape.kind) {
    case 'string':
      return null;
    case 'boolean':
      return castBoolean;
    case 'int':
      return castInt;
    case 'long':
      return castLong;
    case 'float':
      return castFloat;
    case 'double':
      return castDouble;
    case 'decimal':
      return (text) => castDecimal(text, shape.precision, shape.scale);
    case 'date':
      return castDate;
    case 'time':
      return castTime;
    case 'timestamp':
      return (text) => castTimestamp(text, options);
    case 'timestamptz':
      return (text) => castTimestamptz(text, options);
    case 'uuid':
      return castUuid;
    case 'binary':
      return castBinary;
  }
}

/** `true` or `false`, nothing else. */
function castBoolean(text: Uint8Array): boolean | CastCode {
  const spelled = latin1(text);
  if (spelled === 'true') return true;
  if (spelled === 'false') return false;
  return isBlank(text) ? 'BLANK' : 'MALFORMED';
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The 36 characters of RFC 9562, in either case: 16 bytes. */
function castUuid(text: Uint8Array): Uint8Array | CastCode {
  const spelled = latin1(text);
  if (!UUID.test(spelled)) return isBlank(text) ? 'BLANK' : 'MALFORMED';
  return new Uint8Array(Buffer.from(spelled.replaceAll('-', ''), 'hex'));
}

/** Base64 with the standard alphabet and padding (RFC 4648, section 4), in its one canonical spelling. */
function castBinary(text: Uint8Array): Uint8Array | CastCode {
  if (text.length === 0) return new Uint8Array(0);
  const spelled = latin1(text);
  const bytes = Buffer.from(spelled, 'base64');
  if (bytes.toString('base64') === spelled) return new Uint8Array(bytes);
  return isBlank(text) ? 'BLANK' : 'MALFORMED';
}

function latin1(text: Uint8Array): string {
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
}

/**
 * Casts one text to a contract type: never rounds, truncates or wraps.
 *
 * @param text UTF-8, as flattening gives it.
 * @throws {CurateError} `CONTRACT_INVALID` for a type that does not exist; values never throw.
 * @example
 * castValue('decimal(10,2)', Buffer.from('12.3')); // { ok: true, value: 1230n }
 * castValue('int', Buffer.from('3.0e10')); // { ok: false, code: 'NOT_INTEGER', message: '…' }
 */
export function castValue(type: ContractType, text: Uint8Array, options: CastOptions = {}): CastResult {
  const cast = castOf(typeShape(type), options);
  if (cast === null) return { ok: true, value: Buffer.from(text).toString('utf8') };
  const value = cast(text);
  return typeof value === 'string'
    ? { ok: false, code: value, message: castMessage(value, type) }
    : { ok: true, value };
}

const MESSAGES: Readonly<Record<CastCode, string>> = {
  BLANK: 'is blank',
  MALFORMED: 'is not written as',
  OUT_OF_RANGE: 'is outside the range of',
  NOT_INTEGER: 'has a decimal point or an exponent, which are refused for',
  SCALE_EXCEEDED: 'has more decimals than',
  PRECISION_EXCEEDED: 'has more significant digits than fit',
  FRACTION_TOO_FINE: 'is finer than the microsecond of',
  LEAP_SECOND: 'is a leap second, which cannot be stored as',
  ZONE_MISSING: 'has no zone and the contract does not say assumeUtc:',
  ZONE_UNEXPECTED: 'has a zone, which would be lost as',
  EPOCH_UNIT_MISSING: 'is a number and the contract names no epoch unit:',
};

/** What a code means for a type, without the value: messages may be read where values may not. */
export function castMessage(code: CastCode, type: ContractType): string {
  return code === 'BLANK' ? `is blank: ${type} expected` : `${MESSAGES[code]} ${type}`;
}
