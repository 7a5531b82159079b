import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** Index of the tracked errors by time; it repeats what of an error never changes and is filtered by. */
export const ERRORS_BY_TIME = 'errors-by-time';

/** Epoch seconds after which DynamoDB may delete an item. Only items that nothing depends on have it. */
export const TTL_ATTRIBUTE = 'ttl';

/**
 * The one table of a `DynamoDbStateStore`, as `CreateTable` takes it; time to live is switched on apart from it, for
 * the attribute `ttl`. The items are in docs/decisions/0001-dynamodb-layout.md.
 *
 * @example
 * await client.send(new CreateTableCommand(stateTableDefinition('lean-ops-dev-state')));
 */
export function stateTableDefinition(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'errorShard', AttributeType: 'S' },
      { AttributeName: 'errorOrder', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: ERRORS_BY_TIME,
        KeySchema: [
          { AttributeName: 'errorShard', KeyType: 'HASH' },
          { AttributeName: 'errorOrder', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['topic', 'kind', 'errorClass'] },
      },
    ],
  };
}
