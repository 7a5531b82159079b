import { InvalidArgumentError } from 'commander';
import { parseDate, parseTimestampNanos } from '../type/temporal-text.js';

/** Parses a whole number between two bounds. */
export function wholeNumber(from: number, to: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < from || value > to) {
      throw new InvalidArgumentError(`Give a whole number from ${from} to ${to}.`);
    }
    return value;
  };
}

/** Parses a snapshot id: up to 64 bits, exactly. */
export function snapshotId(text: string): bigint {
  if (!/^-?\d{1,19}$/.test(text.trim()))
    throw new InvalidArgumentError('Give a snapshot id, a whole number.');
  return BigInt(text.trim());
}

export function snapshotIds(text: string, earlier: readonly bigint[] = []): bigint[] {
  return [...earlier, snapshotId(text)];
}

/** Parses names between commas. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === ''))
    throw new InvalidArgumentError('Give names between commas, none of them empty.');
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw new InvalidArgumentError(`${JSON.stringify(twice)} is there twice.`);
  return names;
}

/** Parses texts between commas that stand outside parentheses: `day(ts), bucket(16, id)`. */
export function termList(text: string): string[] {
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim());
  if (terms.some((term) => term === ''))
    throw new InvalidArgumentError('Give terms between commas, none of them empty.');
  return terms;
}

/** Parses `name=value`, again and again. */
export function keyValue(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give name=value.');
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Parses `OLD=NEW`, again and again. */
export function locationPrefix(
  text: string,
  earlier: readonly { old: string; new: string }[] = [],
): { old: string; new: string }[] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError('Give OLD=NEW, such as s3://lake/orders=/mnt/copy/orders.');
  return [...earlier, { old: text.slice(0, at), new: text.slice(at + 1) }];
}

export function textList(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Parses `90m`, `36h`, `7d` into milliseconds. */
export function duration(text: string): number {
  const milliseconds = durationMs(text);
  if (milliseconds === null)
    throw new InvalidArgumentError('Give a number with a unit: ms, s, m, h, d or w, such as 7d.');
  return milliseconds;
}

/** A moment, or how long before now it was. */
export type TimeOrAge = { readonly at: Date } | { readonly ageMs: number };

/** Parses ISO 8601 with a zone, a date (its beginning in UTC), or an age such as `7d`. */
export function timeOrAge(text: string): TimeOrAge {
  const ageMs = durationMs(text);
  if (ageMs !== null) return { ageMs };
  const at = new Date(millisecondsOf(text) ?? Number.NaN);
  if (!Number.isNaN(at.getTime())) return { at };
  throw new InvalidArgumentError(
    'Give an age such as 7d, a date, or a time with its zone such as 2026-11-23T10:00:00Z.',
  );
}

function millisecondsOf(text: string): number | null {
  const days = parseDate(text);
  if (days !== null) return days * 86_400_000;
  const parsed = parseTimestampNanos(text);
  return parsed?.zoned === true ? Math.floor(Number(parsed.nanos / 1000n) / 1000) : null;
}

function durationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim());
  return match === null ? null : Math.round(Number(match[1]) * UNITS[match[2]!]!);
}
