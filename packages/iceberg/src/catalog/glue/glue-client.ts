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

/** Sends a command until it is answered, or `signal` fires. */
export type SendGlue = (command: GlueCommand, signal?: AbortSignal) => Promise<unknown>;

/** What is needed of a client: the `GlueClient` of `@aws-sdk/client-glue` is one. */
export interface GlueCommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: GlueCommand, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}
