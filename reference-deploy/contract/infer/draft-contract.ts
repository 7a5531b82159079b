import type { ContractColumn, TopicContract } from '@lean-ops/core';
import type { ColumnProfile } from './column-profile.js';
import type { RowProfile } from './row-profile.js';

/** A contract that is proposed, and what was seen. */
export interface ContractDraft {
  readonly contract: TopicContract;
  /** For the whole contract. */
  readonly notes: readonly string[];
  /** By column. */
  readonly columnNotes: ReadonlyMap<string, string>;
}

interface DraftOptions {
  readonly topic: string;
  readonly owner: string;
  readonly maxDepth: number;
}

const MOST_CANDIDATES = 5;
const LONGEST_NAME = 128;
/** Keys that a contract cannot spell: empty ones, and those with control characters or halves of characters. */
const UNNAMEABLE = /\\u|\[''\]/;

/** A contract that every row that was seen passes, with what else could be said in notes. */
export function draftContract(
  { rows, refused, withKey, columns: profiles }: RowProfile,
  { topic, owner, maxDepth }: DraftOptions,
): ContractDraft {
  const columns: Record<string, ContractColumn> = {};
  const columnNotes = new Map<string, string>();
  const named = profiles.filter(({ path }) => !UNNAMEABLE.test(path));
  for (const profile of named) {
    let name = /^[a-z]/.test(profile.name) ? profile.name : `c${profile.name}`.slice(0, LONGEST_NAME);
    while (Object.hasOwn(columns, name)) name = `${name.slice(0, LONGEST_NAME - 1)}_`;
    columns[name] = { ...profile.column, ...(profile.path === `$.${name}` ? {} : { path: profile.path }) };
    columnNotes.set(name, columnNote(profile, rows));
  }
  const notes = [
    `Drafted from ${count(rows, 'row')}. Types hold for all of them; what stands in comments is for you to decide.`,
    ...(refused === 0
      ? []
      : [`${count(refused, 'message')} had no JSON object as payload and were left out.`]),
    ...(named.length === profiles.length
      ? []
      : [
          `${count(profiles.length - named.length, 'field')} cannot be named in a contract and were left out.`,
        ]),
    keyNote(named, rows, withKey),
    orderNote(named, rows),
  ];
  const flatten = maxDepth === 5 ? {} : { flatten: { maxDepth } };
  const contract: TopicContract = { topic, version: '0.1.0', owner, ...flatten, columns };
  return { contract, notes, columnNotes };
}

function columnNote(profile: ColumnProfile, rows: number): string {
  const missing = rows - profile.present;
  const share = rows === 0 ? 0 : (100 * missing) / rows;
  const parts = [missing === 0 ? 'never null: cde?' : `null in ${percent(share)} of rows`];
  if (profile.isUnique === true && missing === 0) parts.push('every value once');
  if (profile.looksPersonal) parts.push('looks personal: sensitive?');
  else if (profile.enumCandidate !== null) parts.push(`enum? ${JSON.stringify(profile.enumCandidate)}`);
  return parts.join('; ');
}

function percent(share: number): string {
  return share < 0.1 ? 'less than 0.1 %' : `${share.toFixed(1)} %`;
}

function keyNote(profiles: readonly ColumnProfile[], rows: number, withKey: number): string {
  if (rows > 0 && withKey === rows)
    return 'key: every row has an idempotency_key, which is the key unless said otherwise.';
  const candidates = profiles
    .filter(({ isUnique, present }) => isUnique === true && present === rows && rows > 1)
    .sort((left, right) => Number(isIdName(right)) - Number(isIdName(left)))
    .slice(0, MOST_CANDIDATES);
  const seen =
    withKey === 0
      ? 'no row has an idempotency_key'
      : `${count(withKey, 'row')} of ${rows} have an idempotency_key`;
  const advice =
    candidates.length === 0
      ? 'and no column has another value in every row'
      : `columns with another value in every row: ${candidates.map(({ path }) => path).join(', ')}`;
  return `key: ${seen}; ${advice}.`;
}

function isIdName({ name }: ColumnProfile): boolean {
  return /(?:^|_)(?:id|uuid|key)$|id$/.test(name);
}

function orderNote(profiles: readonly ColumnProfile[], rows: number): string {
  const times = profiles.filter(({ column }) => column.type === 'timestamptz' || column.type === 'timestamp');
  if (times.some(({ path, present }) => path === '$.last_updated_ts' && present === rows))
    return 'orderBy: every row has $.last_updated_ts, by which the newest version is found unless said otherwise.';
  const changes = times
    .filter(({ name }) => /updated|modified|changed|version|published|sent|event/.test(name))
    .sort((left, right) => right.present - left.present);
  const candidates = [...changes, ...times.filter((time) => !changes.includes(time))].slice(
    0,
    MOST_CANDIDATES,
  );
  const advice =
    candidates.length === 0
      ? 'and no column is a time'
      : `times that could say which version is the newest: ${candidates.map(({ path }) => path).join(', ')}`;
  return `orderBy: not every row has $.last_updated_ts; ${advice}. Else publish_time decides.`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}
