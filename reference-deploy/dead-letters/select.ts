import type { ErrorTracker, TrackedError, TrackedErrorFilter, TrackedStatus } from '@lean-ops/core';
import { DeadLetterError } from './error.js';

/** Which dead letters are meant; everything that is given must hold. */
export interface DeadLetterFilter extends Omit<TrackedErrorFilter, 'topic' | 'status'> {
  /** Names of their tables, or `unknown`. */
  readonly topics?: readonly string[];
  readonly errorCode?: string;
  readonly statuses?: readonly TrackedStatus[];
  /** Ids, or the beginnings of ids. */
  readonly ids?: readonly string[];
}

/** Fewer digits of an id are no name for anything. */
const SHORTEST_ID = 4;

/**
 * The tracked messages that a filter names, by the time they were first seen.
 *
 * @throws {DeadLetterError} `DEAD_LETTER_NOT_FOUND`, `ID_AMBIGUOUS` for an id that names none, or several.
 */
export async function* selectDeadLetters(
  tracker: ErrorTracker,
  filter: DeadLetterFilter = {},
): AsyncGenerator<TrackedError> {
  const { topics, statuses, ids, errorCode, ...rest } = filter;
  if (ids !== undefined) {
    for (const id of ids) {
      const found = await findDeadLetter(tracker, id);
      if (matches(found, filter)) yield found;
    }
    return;
  }
  const query: TrackedErrorFilter = {
    ...rest,
    ...(topics?.length === 1 && topics[0] !== undefined ? { topic: topics[0] } : {}),
    ...(statuses?.length === 1 && statuses[0] !== undefined ? { status: statuses[0] } : {}),
  };
  for await (const record of tracker.list(query)) if (matches(record, filter)) yield record;
}

/**
 * The one tracked message whose id is, or begins with, the text.
 *
 * @throws {DeadLetterError} `DEAD_LETTER_NOT_FOUND`, `ID_AMBIGUOUS`.
 */
export async function findDeadLetter(tracker: ErrorTracker, text: string): Promise<TrackedError> {
  const exact = await tracker.get(text);
  if (exact !== null) return exact;
  const found: TrackedError[] = [];
  if (text.length >= SHORTEST_ID) {
    for await (const record of tracker.list()) if (record.id.startsWith(text)) found.push(record);
  }
  const [first, second] = found;
  if (first === undefined) {
    throw new DeadLetterError(
      `no dead letter has the id ${JSON.stringify(text)}: give an id that list shows, or its first ${SHORTEST_ID} digits at least`,
      { code: 'DEAD_LETTER_NOT_FOUND', context: { id: text } },
    );
  }
  if (second === undefined) return first;
  throw new DeadLetterError(
    `${found.length} dead letters have an id that begins with ${JSON.stringify(text)}, ${first.id} and ${second.id} among them: give more of it`,
    { code: 'ID_AMBIGUOUS', context: { id: text, matches: found.length } },
  );
}

function matches(record: TrackedError, filter: DeadLetterFilter): boolean {
  const { topics, kind, errorClass, errorCode, statuses, since, until } = filter;
  return (
    (topics === undefined || topics.includes(record.topic)) &&
    (kind === undefined || record.kind === kind) &&
    (errorClass === undefined || record.errorClass === errorClass) &&
    (errorCode === undefined || record.errorCode === errorCode) &&
    (statuses === undefined || statuses.includes(record.status)) &&
    (since === undefined || record.firstSeenAt >= since) &&
    (until === undefined || record.firstSeenAt <= until)
  );
}

/** The first so many. */
export async function* take<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  if (count <= 0) return;
  let taken = 0;
  for await (const item of items) {
    yield item;
    taken += 1;
    if (taken >= count) return;
  }
}
