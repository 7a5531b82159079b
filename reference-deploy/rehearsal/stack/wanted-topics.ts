import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { TopicContract } from '@lean-ops/core';
import type { Clients } from '../clients.js';
import type { DeployedTopic, ResourceNames } from './deployment.js';

/** A topic with what is wanted of it. */
export interface WantedTopic extends DeployedTopic {
  readonly contract: TopicContract;
}

/** Puts the contracts and the list of topics where the deployment puts them. */
export async function writeWantedTopics(
  topics: readonly WantedTopic[],
  names: ResourceNames,
  { s3 }: Clients,
): Promise<void> {
  const put = async (key: string, value: unknown): Promise<void> => {
    const Body = JSON.stringify(value);
    await s3.send(
      new PutObjectCommand({
        Bucket: names.bucket('schemas'),
        Key: key,
        Body,
        ContentType: 'application/json',
      }),
    );
  };
  for (const { queueTopic, contract } of topics) await put(contractKey(queueTopic), contract);
  await put(names.topicsKey, {
    formatVersion: 1,
    topics: topics.map(({ queueTopic, fifo }) => ({ queueTopic, fifo, contract: contractKey(queueTopic) })),
  });
}

function contractKey(queueTopic: string): string {
  return `contracts/${queueTopic}.json`;
}

/** Calls a function and waits for what it returns. */
export async function invoke(
  { lambda }: Clients,
  functionName: string,
  input: unknown = {},
): Promise<unknown> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(input)) }),
  );
  const text = Payload === undefined ? 'null' : Buffer.from(Payload).toString('utf8');
  if (FunctionError !== undefined) throw new Error(`${functionName} failed: ${text}`);
  return JSON.parse(text) as unknown;
}
