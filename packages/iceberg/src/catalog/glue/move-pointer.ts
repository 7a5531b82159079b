import { CreateTableCommand, type TableInput, UpdateTableCommand } from '@aws-sdk/client-glue';
import { abortedBy } from '../../error.js';
import type { RemoteCalls } from '../../util/remote-calls.js';
import type { TableIdentifier } from '../catalog.js';
import { commitConflict, commitStateUnknown } from '../commit-error.js';
import { identifierText, tableAlreadyExists } from '../table-name.js';
import type { GlueCommandSender } from './glue-client.js';
import { glueFailed, isNamed, isRefusal, isTransient } from './glue-error.js';
import type { GluePointer, GlueTables } from './glue-tables.js';
import { type PointerMove, stateOfMove } from './settle-pointer.js';

/** What changes one table of the Data Catalog. */
export interface GlueSender {
  readonly client: GlueCommandSender;
  readonly calls: RemoteCalls;
  readonly catalog: { CatalogId?: string };
  readonly tables: GlueTables;
  readonly identifier: TableIdentifier;
  readonly signal: AbortSignal | undefined;
}

/**
 * Moves the pointer. The same move under the same `VersionId` takes effect once at most, so it may be sent again; a
 * conflict may be one with an earlier sending of it, be it by the SDK.
 */
export async function sendMove(
  sender: GlueSender,
  { input, move, skipArchive }: { input: TableInput; move: PointerMove; skipArchive: boolean },
): Promise<void> {
  const { client, calls, identifier, signal } = sender;
  const command = new UpdateTableCommand({
    ...sender.catalog,
    DatabaseName: identifier.namespace,
    TableInput: input,
    VersionId: move.versionId,
    SkipArchive: skipArchive,
  });
  if (signal?.aborted) throw abortedBy(signal, { outcome: 'not-written' });
  let uncertain = false;
  const pause = pauses(sender, () => uncertain);
  for (let attempt = 1; ; attempt++) {
    try {
      await calls.once((abortSignal) => client.send(command, { abortSignal }), signal);
      return;
    } catch (cause) {
      const conflict = isNamed(cause, 'ConcurrentModificationException');
      const refused = isRefusal(cause);
      if (refused && !conflict && !uncertain) {
        if (isTransient(cause) && (await pause(attempt))) continue;
        throw glueFailed(
          `move table ${identifierText(identifier)}`,
          cause,
          { ...identifier },
          {
            EntityNotFoundException: 'TABLE_NOT_FOUND',
          },
        );
      }
      uncertain ||= !refused;
      const fresh = await reread(sender, cause);
      const state = stateOfMove(move, fresh.table, fresh.metadata);
      if (state === 'made') return;
      if (state === 'lost' || (conflict && !uncertain)) throw commitConflict(identifier, cause);
      if (state === 'open' && (await pause(attempt))) continue;
      throw commitStateUnknown(identifier, cause);
    }
  }
}

/** Makes a table known. Its metadata file is ours alone, so whoever points to it was we. */
export async function sendCreate(sender: GlueSender, input: TableInput): Promise<void> {
  const { client, calls, identifier, signal } = sender;
  const { namespace, name } = identifier;
  const command = new CreateTableCommand({ ...sender.catalog, DatabaseName: namespace, TableInput: input });
  if (signal?.aborted) throw abortedBy(signal, { outcome: 'not-written' });
  let uncertain = false;
  const pause = pauses(sender, () => uncertain);
  for (let attempt = 1; ; attempt++) {
    try {
      await calls.once((abortSignal) => client.send(command, { abortSignal }), signal);
      return;
    } catch (cause) {
      uncertain ||= !isRefusal(cause);
      if (uncertain || isNamed(cause, 'AlreadyExistsException')) {
        const owner = await ownerOf(sender, input, cause);
        if (owner === 'we') return;
        // Somebody else's, or ours which others have committed to since.
        if (owner === 'somebody' && uncertain) throw commitStateUnknown(identifier, cause);
        if (!uncertain) throw tableAlreadyExists(identifier, 'Glue');
      }
      if ((isTransient(cause) || uncertain) && (await pause(attempt))) continue;
      if (uncertain) throw commitStateUnknown(identifier, cause);
      throw glueFailed(
        `create table ${namespace}.${name}`,
        cause,
        { ...identifier },
        {
          EntityNotFoundException: 'NAMESPACE_NOT_FOUND',
        },
      );
    }
  }
}

/** Pauses between attempts. One that the signal ends leaves open what became of the attempts before. */
function pauses(
  { calls, identifier, signal }: GlueSender,
  isUncertain: () => boolean,
): (attempt: number) => Promise<boolean> {
  return async (attempt) => {
    try {
      return await calls.pause(attempt, 0, signal);
    } catch (error) {
      throw isUncertain() ? commitStateUnknown(identifier, error) : error;
    }
  };
}

/** Whose the table of this name is, if there is one. */
async function ownerOf(
  { tables, identifier, signal }: GlueSender,
  { Parameters: own }: TableInput,
  cause: unknown,
): Promise<'we' | 'somebody' | 'nobody'> {
  const found = await tables.find(identifier, signal).catch(() => {
    throw commitStateUnknown(identifier, cause);
  });
  if (found === null) return 'nobody';
  const { metadata_location: now, previous_metadata_location: before } = found.Parameters ?? {};
  return [now, before].includes(own?.['metadata_location'] ?? '') ? 'we' : 'somebody';
}

async function reread({ tables, identifier, signal }: GlueSender, cause: unknown): Promise<GluePointer> {
  try {
    return await tables.load(identifier, signal);
  } catch {
    throw commitStateUnknown(identifier, cause);
  }
}
