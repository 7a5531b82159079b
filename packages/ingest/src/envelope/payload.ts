import type { EnvelopeMode } from '@lean-ops/core';
import { type IngestFailure, ingestFailure } from '../failure/ingest-failure.js';
import type { SplitFieldPaths, SplitPath } from './field-paths.js';
import { memberSlice } from './json-slice.js';
import { findValue, isObject, type ParsedObject } from './look-up.js';
import { parseJson } from './parse-json.js';

/** A body taken apart. */
export interface SplitBody {
  readonly jsonPayload: string;
  readonly envelopeJson: string | null;
  /** The payload as an object, where it is one inside a wrapper; parsed when asked for. */
  readonly payloadObject: () => ParsedObject | null;
}

const nothing = (): null => null;

/**
 * Takes the payload out of a body: the body itself, or the member of a wrapper that holds it.
 *
 * An object is cut out byte for byte, and so is any other token that is not a string; `payload` strings are
 * unescaped; `data` strings are decoded from base64 (canonical, padded).
 */
export function splitBody(
  body: ParsedObject,
  mode: EnvelopeMode,
  paths: SplitFieldPaths,
): SplitBody | { readonly failure: IngestFailure } {
  const payload = mode === 'bare' ? null : holder(body, paths.payload);
  const data = mode === 'bare' || payload !== null ? null : holder(body, paths.data);
  const member = payload ?? data;
  const isWrapped = member !== null && (mode === 'wrapped' || looksWrapped(body, paths));
  if (mode === 'wrapped' && member === null) {
    const names = [...paths.payload, ...paths.data].map((path) => path.text).join(' or ');
    return { failure: ingestFailure('PAYLOAD_MISSING', `the body must be a wrapper, and has no ${names}`) };
  }
  if (!isWrapped) return { jsonPayload: body.text, envelopeJson: null, payloadObject: nothing };
  return unwrap(body, member, data !== null);
}

/** A business field called `payload` alone does not make a wrapper: an id and a time must stand beside it. */
function looksWrapped(body: ParsedObject, paths: SplitFieldPaths): boolean {
  return findValue(body, paths.messageId) !== null && findValue(body, paths.publishTime) !== null;
}

/** The member that holds the payload. Null is no payload; an empty string is one, and will not parse. */
function holder(body: ParsedObject, members: readonly SplitPath[]): string | null {
  for (const { text } of members) {
    if (Object.hasOwn(body.value, text) && body.value[text] !== null) return text;
  }
  return null;
}

function unwrap(
  body: ParsedObject,
  member: string,
  isBase64: boolean,
): SplitBody | { readonly failure: IngestFailure } {
  const { text } = body;
  const { start, end } = memberSlice(text, member)!;
  const value = body.value[member];
  const envelopeJson = `${text.slice(0, start)}null${text.slice(end)}`;
  if (typeof value !== 'string') {
    const payloadObject = (): ParsedObject | null => (isObject(value) ? { value, text, start } : null);
    return { jsonPayload: text.slice(start, end), envelopeJson, payloadObject };
  }
  const decoded = isBase64 ? decodeBase64(value, member) : value;
  if (typeof decoded !== 'string') return { failure: decoded };
  if (!decoded.isWellFormed()) return { failure: notUtf8(member) };
  return { jsonPayload: decoded, envelopeJson, payloadObject: () => parsedObject(decoded) };
}

function decodeBase64(text: string, member: string): string | IngestFailure {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is not base64; only text that comes back the same was.
  if (bytes.toString('base64') !== text) {
    return ingestFailure(
      'PAYLOAD_NOT_BASE64',
      `${member} of the body is not base64 (padded, without line breaks)`,
    );
  }
  const decoded = bytes.toString('utf8');
  // An undecodable byte becomes U+FFFD; only then can the bytes differ.
  if (decoded.includes('\ufffd') && !Buffer.from(decoded, 'utf8').equals(bytes)) return notUtf8(member);
  return decoded;
}

function notUtf8(member: string): IngestFailure {
  return ingestFailure('PAYLOAD_NOT_UTF8', `${member} of the body holds text that UTF-8 cannot hold`);
}

/** Parses a text where it is a JSON object; what does not parse is found and reported by the flattener. */
function parsedObject(text: string): ParsedObject | null {
  try {
    const value: unknown = parseJson(text);
    return isObject(value) ? { value, text, start: 0 } : null;
  } catch {
    return null;
  }
}
