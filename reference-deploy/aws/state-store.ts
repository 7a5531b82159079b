import type { Clock, StateStore } from '@lean-ops/core';
import { DynamoDbStateStore } from '@lean-ops/core/dynamodb';
import { dynamoDbClient } from './clients.js';
import { readEnvironment } from './environment.js';

/** The state store in the table that the environment names. */
export function openStateStore(ports: { readonly clock: Clock }): StateStore {
  const { stateTable } = readEnvironment(['stateTable']);
  return new DynamoDbStateStore({ client: dynamoDbClient(), table: stateTable, clock: ports.clock });
}
