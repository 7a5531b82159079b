import type { TopicContract } from '../../contract/contract.js';
import type { ContractStore } from '../../ports/state-store.js';
import { checkSameContract } from '../rules.js';
import { documentAttribute, readDocument } from './document.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { checkItemSize, digits, type Item, type Key, keyItem, readNumber, readText, text } from './item.js';

const VERSION = 'version#';

/** Versions of a contract in the partition of its topic, numbered by a head item that every new one moves on. */
export function dynamoDbContractStore(table: DynamoDbTable): ContractStore {
  const find = async (topic: string, version: string): Promise<TopicContract | null> => {
    const item = await table.get(versionKey(topic, version));
    return item === null ? null : (readDocument(item) as TopicContract);
  };
  return {
    async put(contract) {
      const { topic, version } = contract;
      for (let attempt = 1; ; attempt += 1) {
        const stored = await find(topic, version);
        if (stored !== null) return checkSameContract(contract, stored);
        const head = await table.get(headKey(topic));
        const last = head === null ? 0 : readNumber(head, 'last');
        if (await addVersion(table, contract, last)) return;
        await table.pause(attempt);
      }
    },
    get: find,
    async versions(topic) {
      const found: [number, string][] = [];
      for await (const page of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :version)',
        ExpressionAttributeValues: { ':pk': text(partitionOf(topic)), ':version': text(VERSION) },
        ProjectionExpression: 'pk, sk, #position',
        ExpressionAttributeNames: { '#position': 'position' },
      })) {
        for (const item of page)
          found.push([readNumber(item, 'position'), readText(item, 'sk').slice(VERSION.length)]);
      }
      return found.sort(([left], [right]) => left - right).map(([, version]) => version);
    },
  };
}

async function addVersion(table: DynamoDbTable, contract: TopicContract, last: number): Promise<boolean> {
  const { topic, version } = contract;
  const item: Item = {
    ...keyItem(versionKey(topic, version)),
    position: digits(last + 1),
    ...documentAttribute(contract),
  };
  checkItemSize(item, `contract ${topic} ${version}`);
  const names = { '#last': 'last' };
  return await table.transact([
    {
      Update: {
        TableName: table.name,
        Key: keyItem(headKey(topic)),
        UpdateExpression: 'SET #last = :next',
        ConditionExpression: last === 0 ? 'attribute_not_exists(#last)' : '#last = :last',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ':next': digits(last + 1),
          ...(last === 0 ? {} : { ':last': digits(last) }),
        },
      },
    },
    { Put: { TableName: table.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' } },
  ]);
}

function partitionOf(topic: string): string {
  return `contract#${topic}`;
}

function headKey(topic: string): Key {
  return { pk: partitionOf(topic), sk: 'head' };
}

function versionKey(topic: string, version: string): Key {
  return { pk: partitionOf(topic), sk: `${VERSION}${version}` };
}
