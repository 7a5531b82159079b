import {
  type CreateTableCommandInput,
  type Database,
  type DeleteTableCommandInput,
  type GetTableCommandInput,
  type GetTablesCommandInput,
  GlueServiceException,
  type Table as GlueTable,
  type TableInput,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-glue';
import type { GlueCommand, GlueCommandSender } from '../../src/catalog/glue/glue-client.js';

/** A Data Catalog that enforces `VersionId` as Glue does, and refuses an update that names none. */
export class StrictGlue implements GlueCommandSender {
  readonly databases = new Map<string, Database>();
  readonly tables = new Map<string, GlueTable>();
  readonly updates: UpdateTableCommandInput[] = [];
  pageSize = 100;
  /** Whether `GetTable` tells the `VersionId`. */
  tellsVersion = true;

  async send(command: GlueCommand): Promise<unknown> {
    const input = command.input as never;
    switch (command.constructor.name.replace(/Command$/, '')) {
      case 'CreateDatabase': {
        const { Name = '', LocationUri } = (input as { DatabaseInput: Database }).DatabaseInput;
        if (this.databases.has(Name)) throw glueError('AlreadyExistsException');
        this.databases.set(Name, { Name, ...(LocationUri === undefined ? {} : { LocationUri }) });
        return {};
      }
      case 'GetDatabase':
        return { Database: found(this.databases.get((input as { Name: string }).Name)) };
      case 'GetDatabases':
        return { DatabaseList: [...this.databases.values()] };
      case 'DeleteDatabase':
        if (!this.databases.delete((input as { Name: string }).Name))
          throw glueError('EntityNotFoundException');
        return {};
      case 'GetTable':
        return this.#get(input);
      case 'GetTables':
        return this.#list(input);
      case 'CreateTable':
        return this.#create(input);
      case 'UpdateTable':
        return this.#update(input);
      default: {
        const { DatabaseName, Name } = input as DeleteTableCommandInput;
        if (!this.tables.delete(`${DatabaseName}/${Name}`)) throw glueError('EntityNotFoundException');
        return {};
      }
    }
  }

  #get({ DatabaseName, Name }: GetTableCommandInput): unknown {
    const table = structuredClone(found(this.tables.get(`${DatabaseName}/${Name}`)));
    if (!this.tellsVersion) delete table.VersionId;
    return { Table: table };
  }

  #list({ DatabaseName, NextToken }: GetTablesCommandInput): unknown {
    found(this.databases.get(DatabaseName ?? ''));
    const all = [...this.tables].filter(([key]) => key.startsWith(`${DatabaseName}/`));
    const from = Number(NextToken ?? 0);
    const end = from + this.pageSize;
    return {
      TableList: all.slice(from, end).map(([, table]) => structuredClone(table)),
      ...(end < all.length ? { NextToken: String(end) } : {}),
    };
  }

  #create({ DatabaseName = '', TableInput }: CreateTableCommandInput): unknown {
    found(this.databases.get(DatabaseName));
    const key = `${DatabaseName}/${TableInput?.Name}`;
    if (this.tables.has(key)) throw glueError('AlreadyExistsException');
    this.#store(key, TableInput, '0');
    return {};
  }

  #update(input: UpdateTableCommandInput): unknown {
    const key = `${input.DatabaseName}/${input.TableInput?.Name}`;
    const { VersionId } = found(this.tables.get(key));
    if (input.VersionId === undefined) throw glueError('InvalidInputException');
    if (input.VersionId !== VersionId) throw glueError('ConcurrentModificationException');
    this.updates.push(input);
    this.#store(key, input.TableInput, String(Number(VersionId) + 1));
    return {};
  }

  #store(key: string, input: TableInput | undefined, VersionId: string): void {
    for (const { Name = '', Comment = '' } of input?.StorageDescriptor?.Columns ?? [])
      if (Name.length > 255 || Comment.length > 255) throw glueError('InvalidInputException');
    this.tables.set(key, structuredClone({ ...input, Name: input?.Name, VersionId }));
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw glueError('EntityNotFoundException');
  return value;
}

/** An error as the SDK throws it; Glue answers 400 to almost everything. */
export function glueError(name: string, httpStatusCode = 400): GlueServiceException {
  return new GlueServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });
}
