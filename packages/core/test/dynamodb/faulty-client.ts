import type { DynamoDbCommand, DynamoDbCommandSender } from '../../src/state-store/dynamodb/index.js';

type Send = (command: DynamoDbCommand) => Promise<unknown>;

/** A client whose calls go through `around`. */
export function aroundCalls(
  client: DynamoDbCommandSender,
  around: (send: Send, command: DynamoDbCommand) => Promise<unknown>,
): DynamoDbCommandSender {
  return { send: (command) => around((sent) => client.send(sent), command) };
}

export const nameOf = (command: DynamoDbCommand): string => command.constructor.name.replace(/Command$/, '');

/** Counters have no condition, and are the one write that is allowed to count twice. */
const isCounter = (command: DynamoDbCommand): boolean =>
  nameOf(command) === 'UpdateItem' && !('ConditionExpression' in command.input);

/** Every call arrives twice and its first answer is lost: what an SDK's retry comes to. */
export function everyCallTwice(client: DynamoDbCommandSender): DynamoDbCommandSender {
  return aroundCalls(client, async (send, command) => {
    if (isCounter(command)) return await send(command);
    await send(command).catch(() => undefined);
    return await send(command);
  });
}

export function connectionReset(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

export function serviceError(name: string, status = 400): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status, attempts: 3 } });
}
