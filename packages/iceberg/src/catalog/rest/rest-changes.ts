import { abortedBy } from '../../error.js';
import type { TableCommit, TableIdentifier } from '../catalog.js';
import { commitConflict, commitStateUnknown } from '../commit-error.js';
import { identifierText, tableAlreadyExists } from '../table-name.js';
import type { RestClient, RestRequest } from './rest-client.js';
import { isRefusal, isTransient, RestFailure, restFailed } from './rest-error.js';
import { type LoadResult, readLoadResult } from './rest-json.js';
import { stateOfCommit } from './settle-commit.js';

/** A request that changes something, and what is needed to settle it when its answer is lost. */
export interface RestChange {
  readonly client: RestClient;
  readonly request: RestRequest;
  readonly identifier: TableIdentifier;
  /** Whether the server recognises the request when it is sent again. */
  readonly idempotent: boolean;
}

/** Sends a commit until it is certain what became of it. `load` reads the table anew. */
export async function sendCommit(
  { client, request, identifier, idempotent }: RestChange,
  commit: TableCommit,
  load: () => Promise<LoadResult>,
): Promise<LoadResult> {
  const { signal } = request;
  if (signal?.aborted) throw abortedBy(signal, { outcome: 'not-written' });
  let uncertain = false;
  const pause = pauses({ client, request, identifier }, () => uncertain);
  for (let attempt = 1; ; attempt++) {
    try {
      return readAnswer(await client.once(request), identifier);
    } catch (cause) {
      const conflict = cause instanceof RestFailure && cause.status === 409;
      if (isRefusal(cause) && !conflict && !uncertain) {
        if (isTransient(cause) && (await pause(attempt, cause))) continue;
        if (await isOvertaken(commit, cause, load)) throw commitConflict(identifier, cause);
        throw restFailed(`commit to table ${identifierText(identifier)}`, cause, {
          byStatus: { 404: 'TABLE_NOT_FOUND' },
          context: { ...identifier },
        });
      }
      uncertain ||= !conflict;
      // Proxies repeat requests on their own, so that a conflict may be one with this very commit.
      const fresh = await load().catch(() => {
        throw commitStateUnknown(identifier, cause);
      });
      const state = stateOfCommit(commit, fresh.metadata);
      if (state === 'made') return fresh;
      if (!uncertain || state === 'lost') throw commitConflict(identifier, cause);
      if ((state === 'open' || idempotent) && (await pause(attempt, cause))) continue;
      throw commitStateUnknown(identifier, cause);
    }
  }
}

/**
 * Whether a refusal means that another commit, to another branch, took the sequence number or the row ids first, or
 * upgraded the table: servers
 * on Iceberg's library up to 1.10 call that a bad request instead of a conflict.
 */
async function isOvertaken(
  commit: TableCommit,
  cause: unknown,
  load: () => Promise<LoadResult>,
): Promise<boolean> {
  if (!(cause instanceof RestFailure) || cause.status !== 400) return false;
  const added = commit.updates.find((update) => update.action === 'add-snapshot')?.snapshot;
  if (added === undefined) return false;
  const fresh = await load().catch(() => null);
  if (fresh === null) return false;
  const { formatVersion, lastSequenceNumber, nextRowId = 0n } = fresh.metadata;
  const rowIdsAreTaken = formatVersion > 2 && (added.firstRowId ?? -1n) < nextRowId;
  return added.sequenceNumber <= lastSequenceNumber || rowIdsAreTaken;
}

/** Makes a new name known; an answer that was lost is settled by looking whether the name is there. */
export async function sendCreate(
  { client, request, identifier, idempotent }: RestChange,
  exists: () => Promise<boolean>,
  where: string,
): Promise<LoadResult> {
  const { signal } = request;
  if (signal?.aborted) throw abortedBy(signal, { outcome: 'not-written' });
  const action = `create table ${identifierText(identifier)}`;
  let uncertain = false;
  const pause = pauses({ client, request, identifier }, () => uncertain);
  for (let attempt = 1; ; attempt++) {
    try {
      return readAnswer(await client.once(request), identifier);
    } catch (cause) {
      const context = { ...identifier };
      if (isRefusal(cause) && !isTransient(cause)) {
        const taken = cause instanceof RestFailure && cause.status === 409;
        if (!taken) throw restFailed(action, cause, { byStatus: { 404: 'NAMESPACE_NOT_FOUND' }, context });
        // It may be our own, made by a request of which the answer was lost: no way to tell.
        throw uncertain ? commitStateUnknown(identifier, cause) : tableAlreadyExists(identifier, where);
      }
      uncertain ||= !isRefusal(cause);
      const repeatable = idempotent || !uncertain || (await isAbsent(identifier, exists, cause));
      if (repeatable && (await pause(attempt, cause))) continue;
      throw uncertain ? commitStateUnknown(identifier, cause) : restFailed(action, cause, { context });
    }
  }
}

/** Pauses between attempts. One that the signal ends leaves open what became of the attempts before. */
function pauses(
  { client, request, identifier }: Omit<RestChange, 'idempotent'>,
  isUncertain: () => boolean,
): (attempt: number, cause: unknown) => Promise<boolean> {
  return async (attempt, cause) => {
    try {
      return await client.pause(attempt, cause, request.signal);
    } catch (error) {
      throw isUncertain() ? commitStateUnknown(identifier, error) : error;
    }
  };
}

async function isAbsent(
  identifier: TableIdentifier,
  exists: () => Promise<boolean>,
  cause: unknown,
): Promise<boolean> {
  try {
    return !(await exists());
  } catch {
    throw commitStateUnknown(identifier, cause);
  }
}

/** Sends a change that may be made twice. `alreadyDone` judges a refusal that follows an answer that was lost. */
export async function sendRepeatable(
  { client, request }: Pick<RestChange, 'client' | 'request'>,
  action: string,
  options: Parameters<typeof restFailed>[2],
  alreadyDone: (refusal: RestFailure) => Promise<boolean>,
): Promise<void> {
  let uncertain = false;
  for (let attempt = 1; ; attempt++) {
    try {
      await client.once(request);
      return;
    } catch (cause) {
      if (uncertain && cause instanceof RestFailure && isRefusal(cause) && (await alreadyDone(cause))) return;
      uncertain ||= !isRefusal(cause);
      if (isTransient(cause) && (await client.pause(attempt, cause, request.signal))) continue;
      throw restFailed(action, cause, options);
    }
  }
}

/** Reads the answer to a change. Where that fails, the change was made all the same: no refusal, but a lost answer. */
function readAnswer(answer: unknown, identifier: TableIdentifier): LoadResult {
  try {
    return readLoadResult(answer, identifierText(identifier));
  } catch (cause) {
    throw new RestFailure({ status: 200, type: '', message: (cause as Error).message, cause });
  }
}
