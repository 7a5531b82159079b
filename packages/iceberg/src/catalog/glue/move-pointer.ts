import { CreateTableCommand, type TableInput, UpdateTableCommand } from '@aws-sdk/client-glue';
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
}

/**
 * Moves the pointer. The same move under the same `VersionId` takes effect once at most, so it may be sent again; a
 * conflict may be one with an earlier sending of it, be it by the SDK.
 */
export async function sendMove(
  sender: GlueSender,
  { input, move, skipArchive }: { input: TableInput; move: PointerMove; skipArchive: boolean },
): Promise<void> {
  const { client, calls, identifier } = sender;
  const command = new UpdateTableCommand({
    ...sender.catalog,
    DatabaseName: identifier.namespace,
    TableInput: input,
    VersionId: move.versionId,
    SkipArchive: skipArchive,
  });
  let uncertain = false;
  for (let attempt = 1; ; attempt++) {
    try {
      await calls.once((abortSignal) => client.send(command, { abortSignal }));
      return;
    } catch (cause) {
      const conflict = isNamed(cause, 'ConcurrentModificationException');
      const refused = isRefusal(cause);
      if (refused && !conflict && !uncertain) {
        if (isTransient(cause) && (await calls.pause(attempt))) continue;
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
      if (state === 'open' && (await calls.pause(attempt))) continue;
      throw commitStateUnknown(identifier, cause);
    }
  }
}

/** Makes a table known. Its metadata file is ours alone, so whoever points to it was we. */
export async function sendCreate(sender: GlueSender, input: TableInput): Promise<void> {
  const { client, calls, identifier } = sender;
  const { namespace, name } = identifier;
  const command = new CreateTableCommand({ ...sender.catalog, DatabaseName: namespace, TableInput: input });
  let uncertain = false;
  for (let attempt = 1; ; attempt++) {
    try {
      await calls.once((abortSignal) => client.send(command, { abortSignal }));
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
      if ((isTransient(cause) || uncertain) && (await calls.pause(attempt))) continue;
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

/** Whose the table of this name is, if there is one. */
async function ownerOf(
  { tables, identifier }: GlueSender,
  { Parameters: own }: TableInput,
  cause: unknown,
): Promise<'we' | 'somebody' | 'nobody'> {
  const found = await tables.find(identifier).catch(() => {
    throw commitStateUnknown(identifier, cause);
  });
  if (found === null) return 'nobody';
  const { metadata_location: now, previous_metadata_location: before } = found.Parameters ?? {};
  return [now, before].includes(own?.['metadata_location'] ?? '') ? 'we' : 'somebody';
}

async function reread({ tables, identifier }: GlueSender, cause: unknown): Promise<GluePointer> {
  try {
    return await tables.load(identifier);
  } catch {
    throw commitStateUnknown(identifier, cause);
  }
}
