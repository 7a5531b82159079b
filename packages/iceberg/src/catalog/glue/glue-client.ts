import type {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  GetTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';

/** The commands a {@link GlueCatalog} sends. */
export type GlueCommand =
  | CreateDatabaseCommand
  | CreateTableCommand
  | DeleteDatabaseCommand
  | DeleteTableCommand
  | GetDatabaseCommand
  | GetDatabasesCommand
  | GetTableCommand
  | GetTablesCommand
  | UpdateTableCommand;

/** What is needed of a client: the `GlueClient` of `@aws-sdk/client-glue` is one. */
export interface GlueCommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: GlueCommand, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}
