import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ManualClock } from '../../src/index.js';
import {
  type DynamoDbCommandSender,
  DynamoDbStateStore,
  stateTableDefinition,
} from '../../src/state-store/dynamodb/index.js';
import type { StateStoreHarness } from '../../src/testing/index.js';

export function emulatorDynamoDb(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
}

let tables = 0;

export async function createStateTable(client: DynamoDBClient): Promise<string> {
  const table = `state-${tables++}`;
  await client.send(new CreateTableCommand(stateTableDefinition(table)));
  return table;
}

/** Pauses give way to the others, and take no time. */
export function storeOf(
  client: DynamoDbCommandSender,
  table: string,
  clock: ManualClock,
): DynamoDbStateStore {
  return new DynamoDbStateStore({ client, table, clock, sleep: () => new Promise(setImmediate) });
}

/** Every case gets a table of its own. */
export function dynamoDbHarness(
  endpoint: string,
  through: (client: DynamoDbCommandSender) => DynamoDbCommandSender = (client) => client,
): StateStoreHarness {
  const client = emulatorDynamoDb(endpoint);
  return {
    async create(clock) {
      const table = await createStateTable(client);
      const open = () => storeOf(through(client), table, clock);
      return { store: open(), again: async () => open(), dispose: async () => {} };
    },
  };
}
