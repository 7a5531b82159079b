import type {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** The commands a `DynamoDbStateStore` sends. */
export type DynamoDbCommand =
  | BatchGetItemCommand
  | BatchWriteItemCommand
  | GetItemCommand
  | PutItemCommand
  | QueryCommand
  | TransactWriteItemsCommand
  | UpdateItemCommand;

/** What is needed of a client: the `DynamoDBClient` of `@aws-sdk/client-dynamodb` is one. */
export interface DynamoDbCommandSender {
  // A method, so that the overloads of the SDK's own `send` fit.
  send(command: DynamoDbCommand, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}
