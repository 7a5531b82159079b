export type { DynamoDbCommand, DynamoDbCommandSender } from './dynamodb-client.js';
export { DynamoDbStateStore, type DynamoDbStateStoreOptions } from './dynamodb-state-store.js';
export { stateTableDefinition } from './table-definition.js';
