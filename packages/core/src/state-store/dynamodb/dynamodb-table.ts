import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  GetItemCommand,
  type GetItemCommandOutput,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { CoreError } from '../../error.js';
import type { Random, Sleep } from '../../ports/runtime.js';
import type { DynamoDbCommand, DynamoDbCommandSender } from './dynamodb-client.js';
import { dynamoDbFailed, isConditionFailure, isConflict, isLostRace } from './dynamodb-error.js';
import { type Item, type Key, keyItem, text } from './item.js';

export interface DynamoDbTableOptions {
  readonly client: DynamoDbCommandSender;
  readonly table: string;
  readonly random: Random;
  readonly sleep: Sleep;
}

export type TransactItem = NonNullable<TransactWriteItemsCommandInput['TransactItems']>[number];

/** A condition or an update with the names and values it speaks of. */
export interface Expression {
  readonly condition: string;
  readonly names?: Record<string, string>;
  readonly values?: Record<string, AttributeValue>;
}

/** Limits of one call (DynamoDB API reference). */
const MAX_KEYS = 100;
const MAX_WRITES = 25;
const ATTEMPTS = 40;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** Names the write that made an item what it is, by which a write whose answer was lost is recognised. */
const WRITE_ATTRIBUTE = 'w';

/** The calls of a state table, with typed errors. Reads are strongly consistent, save those of an index. */
export class DynamoDbTable {
  readonly name: string;
  readonly #options: DynamoDbTableOptions;

  constructor(options: DynamoDbTableOptions) {
    this.name = options.table;
    this.#options = options;
  }

  async get(key: Key): Promise<Item | null> {
    const command = new GetItemCommand({
      TableName: this.name,
      Key: keyItem(key),
      ConsistentRead: true,
    });
    const { Item: item } = (await this.#send('get', command)) as GetItemCommandOutput;
    return item ?? null;
  }

  async put(item: Item): Promise<void> {
    await this.#send('put', new PutItemCommand({ TableName: this.name, Item: item }));
  }

  /** Puts where the condition holds. True also where an earlier send of this very put got through unheard. */
  async putIf(item: Item, { condition, names, values }: Expression): Promise<boolean> {
    const write = this.#options.random.uuid();
    const command = new PutItemCommand({
      TableName: this.name,
      Item: { ...item, [WRITE_ATTRIBUTE]: text(write) },
      ConditionExpression: condition,
      ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
      ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
    });
    return await this.#sendIf('put', command, { pk: item['pk']!.S!, sk: item['sk']!.S! }, write);
  }

  /** Sets attributes where the condition holds; see {@link putIf}. */
  async updateIf(
    key: Key,
    set: Readonly<Record<string, AttributeValue>>,
    { condition, names = {}, values = {} }: Expression,
  ): Promise<boolean> {
    const write = this.#options.random.uuid();
    const all = Object.entries({ ...set, [WRITE_ATTRIBUTE]: text(write) });
    const command = new UpdateItemCommand({
      TableName: this.name,
      Key: keyItem(key),
      UpdateExpression: `SET ${all.map((_, index) => `#s${index} = :s${index}`).join(', ')}`,
      ConditionExpression: condition,
      ExpressionAttributeNames: {
        ...names,
        ...Object.fromEntries(all.map(([name], index) => [`#s${index}`, name])),
      },
      ExpressionAttributeValues: {
        ...values,
        ...Object.fromEntries(all.map(([, value], index) => [`:s${index}`, value])),
      },
    });
    return await this.#sendIf('update', command, key, write);
  }

  async update(input: Omit<UpdateItemCommandInput, 'TableName'>, signal?: AbortSignal): Promise<void> {
    await this.#send('update', new UpdateItemCommand({ TableName: this.name, ...input }), signal);
  }

  /** Every item of a query, page by page. */
  async *query(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item[]> {
    let start: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.name,
        ...(input.IndexName === undefined ? { ConsistentRead: true } : {}),
        ...input,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const page = (await this.#send('query', command)) as QueryCommandOutput;
      yield page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** The items of one partition whose sort key begins with `prefix`, in its order. */
  async partition(pk: string, prefix = ''): Promise<Item[]> {
    const begins = prefix === '' ? '' : ' AND begins_with(sk, :prefix)';
    const items: Item[] = [];
    for await (const page of this.query({
      KeyConditionExpression: `pk = :pk${begins}`,
      ExpressionAttributeValues: { ':pk': text(pk), ...(prefix === '' ? {} : { ':prefix': text(prefix) }) },
    })) {
      items.push(...page);
    }
    return items;
  }

  /** The items that are there, in any order. */
  async getAll(keys: readonly Key[]): Promise<Item[]> {
    const found: Item[] = [];
    for (let start = 0; start < keys.length; start += MAX_KEYS) {
      let pending: Item[] | undefined = keys.slice(start, start + MAX_KEYS).map(keyItem);
      for (let attempt = 1; pending !== undefined && pending.length > 0; attempt += 1) {
        if (attempt > 1) await this.pause(attempt - 1);
        const request = { [this.name]: { Keys: pending, ConsistentRead: true } };
        const page = (await this.#send(
          'batch get',
          new BatchGetItemCommand({ RequestItems: request }),
        )) as BatchGetItemCommandOutput;
        found.push(...(page.Responses?.[this.name] ?? []));
        pending = page.UnprocessedKeys?.[this.name]?.Keys;
      }
    }
    return found;
  }

  async deleteAll(keys: readonly Key[]): Promise<void> {
    for (let start = 0; start < keys.length; start += MAX_WRITES) {
      const batch = keys.slice(start, start + MAX_WRITES);
      let pending = batch.map((key) => ({ DeleteRequest: { Key: keyItem(key) } }));
      for (let attempt = 1; pending.length > 0; attempt += 1) {
        if (attempt > 1) await this.pause(attempt - 1);
        const page = (await this.#send(
          'batch delete',
          new BatchWriteItemCommand({ RequestItems: { [this.name]: pending } }),
        )) as BatchWriteItemCommandOutput;
        pending = (page.UnprocessedItems?.[this.name] ?? []) as typeof pending;
      }
    }
  }

  /** All writes or none; false where a condition failed or others were faster. */
  async transact(items: readonly TransactItem[]): Promise<boolean> {
    const command = new TransactWriteItemsCommand({
      TransactItems: [...items],
      // The SDK's own retries carry the same token, so that a transaction whose answer was lost is made once.
      ClientRequestToken: this.#options.random.uuid(),
    });
    try {
      await this.#send('transact', command);
      return true;
    } catch (error) {
      if (error instanceof CoreError && isLostRace(error.cause)) return false;
      throw error;
    }
  }

  /**
   * Waits before attempt `attempt + 1` of what others were faster at, with full jitter.
   *
   * @throws {CoreError} `STATE_STORE_BUSY` after too many.
   */
  async pause(attempt: number): Promise<void> {
    if (attempt >= ATTEMPTS) {
      throw new CoreError(
        `state table ${this.name}: other processes were faster ${ATTEMPTS} times in a row: try again`,
        { code: 'STATE_STORE_BUSY', retryable: true, context: { table: this.name, attempts: ATTEMPTS } },
      );
    }
    const { random, sleep } = this.#options;
    await sleep(random.next() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
  }

  async #sendIf(action: string, command: DynamoDbCommand, key: Key, write: string): Promise<boolean> {
    try {
      await this.#send(action, command);
      return true;
    } catch (error) {
      if (!(error instanceof CoreError) || !isConditionFailure(error.cause)) throw error;
      return (await this.get(key))?.[WRITE_ATTRIBUTE]?.S === write;
    }
  }

  async #send(action: string, command: DynamoDbCommand, abortSignal?: AbortSignal): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#options.client.send(command, abortSignal === undefined ? {} : { abortSignal });
      } catch (error) {
        if (!isConflict(error)) throw dynamoDbFailed(action, this.name, error);
      }
      await this.pause(attempt);
    }
  }
}
