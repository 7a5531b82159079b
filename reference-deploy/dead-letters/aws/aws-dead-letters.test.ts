import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { noopMetrics } from '@lean-ops/core';
import { DynamoDbStateStore, stateTableDefinition } from '@lean-ops/core/dynamodb';
import {
  archivedMessage,
  encodeEnvelope,
  normalizeMessage,
  parseReplay,
  quarantine,
  REPLAY_ATTRIBUTE,
} from '@lean-ops/ingest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { checkDeadLetters } from '../check.js';
import { discardDeadLetters } from '../discard.js';
import { listDeadLetters } from '../list.js';
import type { DeadLetterPorts } from '../ports.js';
import { replayDeadLetters } from '../replay/replay.js';
import { collect, message, START } from '../test/world.js';
import { openAwsDeadLetters } from './open.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

const NAMES = { project: 'lean-ops', environment: 'test' };
const PREFIX = 'lean-ops-test';
const STREAM = `${PREFIX}-raw-0`;
const ACCOUNT = '123456789012';
const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:${ACCOUNT}:${queue}`;

suiteWhere(missing, 'the dead letters of a deployment', () => {
  const settings = {
    endpoint: moto?.endpoint ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const sqs = new SQSClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const dynamoDb = new DynamoDBClient(settings);
  const [table, bucket] = [`${PREFIX}-state`, `${PREFIX}-archive-${ACCOUNT}`];
  let ports: DeadLetterPorts;
  let close: () => Promise<void>;

  beforeAll(async () => {
    await createRole(settings.endpoint);
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await s3.send(new CreateBucketCommand({ Bucket: 'delivered' }));
    await dynamoDb.send(new CreateTableCommand(stateTableDefinition(table)));
    await sqs.send(new CreateQueueCommand({ QueueName: `${PREFIX}-orders-queue` }));
    const fifo = { FifoQueue: 'true', ContentBasedDeduplication: 'false' };
    await sqs.send(new CreateQueueCommand({ QueueName: `${PREFIX}-visits-queue.fifo`, Attributes: fifo }));
    await new FirehoseClient(settings).send(
      new CreateDeliveryStreamCommand({
        DeliveryStreamName: STREAM,
        ExtendedS3DestinationConfiguration: {
          RoleARN: `arn:aws:iam::${ACCOUNT}:role/firehose`,
          BucketARN: 'arn:aws:s3:::delivered',
        },
      }),
    );
    const variables = {
      LEAN_OPS_STATE_TABLE: table,
      LEAN_OPS_ARCHIVE_BUCKET: bucket,
      LEAN_OPS_STREAMS: STREAM,
    };
    await createFunction(`${PREFIX}-sqs-processor`, variables);
    await createFunction(`${PREFIX}-standardize`, { LEAN_OPS_CATALOG: 'rest+https://catalog' });
    const state = new DynamoDbStateStore({ client: dynamoDb, table });
    for (const topic of ['orders', 'visits']) await state.topics.put(registryRow(topic));
    ({ ports, close } = await openAwsDeadLetters({ ...NAMES, settings, pathStyle: true }));
  }, 120_000);
  afterAll(() => close?.());

  async function createFunction(name: string, variables: Record<string, string>): Promise<void> {
    await new LambdaClient(settings).send(
      new CreateFunctionCommand({
        FunctionName: name,
        Role: `arn:aws:iam::${ACCOUNT}:role/functions`,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: EMPTY_ZIP },
        Environment: { Variables: variables },
      }),
    );
  }

  async function archived(
    id: string,
    changes: Parameters<typeof message>[1],
    kind: 'dead-letter' | 'delivery-failure',
  ) {
    const topic = changes?.queueArn?.includes('visits') === true ? 'visits' : 'orders';
    const record = archivedMessage(message(id, { queueArn: arnOf(`${PREFIX}-orders-queue`), ...changes }), {
      kind,
      topic,
      failure: { errorClass: 'unknown', action: 'RETRY', code: 'RECEIVED_TOO_OFTEN', message: 'handed back' },
      nowMs: START,
    });
    await quarantine(record, { archive: ports.archive, tracker: ports.tracker, metrics: noopMetrics });
    return record;
  }

  const replay = (id: string, options: Partial<Parameters<typeof replayDeadLetters>[1]> = {}) =>
    collect(replayDeadLetters(ports, { by: 'ana', filter: { ids: [id] }, ...options }));

  async function received(queue: string): Promise<Message> {
    const QueueUrl = `${settings.endpoint}/${ACCOUNT}/${queue}`;
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        WaitTimeSeconds: 2,
      }),
    );
    return Messages![0]!;
  }

  test('go back to their queue byte for byte, marked with their first identity', async () => {
    const body = ' {"idempotency_key":"1","amount":1.10,"é":"\u{1F600}"}\r\n';
    const { id } = await archived('1', { body, attributes: { trace: 'x=1' } }, 'dead-letter');
    expect(await replay(id)).toMatchObject([{ outcome: 'sent' }]);
    const { Body, MessageAttributes } = await received(`${PREFIX}-orders-queue`);
    expect(Body).toBe(body);
    expect(MessageAttributes?.['trace']).toMatchObject({ DataType: 'String', StringValue: 'x=1' });
    expect(parseReplay(MessageAttributes?.[REPLAY_ATTRIBUTE]?.StringValue ?? '')).toEqual({
      sqsMessageId: 'sqs-1',
      sentTimestampMs: START - 60_000,
      firstIngestionMicros: BigInt(START) * 1000n,
      replays: 1,
    });
    expect(await ports.tracker.get(id)).toMatchObject({
      status: 'replayed',
      replays: 1,
      lastChange: { by: 'ana' },
    });
  });

  test('go back to a FIFO queue in a group of their own, once per attempt', async () => {
    const queueArn = arnOf(`${PREFIX}-visits-queue.fifo`);
    const { id } = await archived('2', { queueArn }, 'dead-letter');
    expect(await replay(id)).toMatchObject([{ outcome: 'sent' }]);
    const { Attributes } = await received(`${PREFIX}-visits-queue.fifo`);
    expect(Attributes).toMatchObject({ MessageGroupId: `${id}-1`, MessageDeduplicationId: `${id}-1` });
  });

  test('go back into the stream where they are records, byte for byte', async () => {
    const normalized = normalizeMessage(message('3'), {
      topic: 'orders',
      mode: 'auto',
      nowMicros: BigInt(START) * 1000n,
    });
    if (!normalized.ok) throw new Error('the message is no envelope');
    const bytes = Buffer.from(encodeEnvelope(normalized.envelope));
    const { id } = await archived('3', { body: bytes.toString('utf8') }, 'delivery-failure');
    expect(await replay(id)).toMatchObject([{ outcome: 'sent' }]);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'delivered' }));
    expect(Contents.map(({ Size }) => Size)).toContain(bytes.length);
  });

  test('are listed, discarded and checked, damaged objects too', async () => {
    const [kept, corrupt] = [await archived('4', {}, 'dead-letter'), await archived('5', {}, 'dead-letter')];
    const key = (await ports.tracker.get(corrupt.id))!.archiveKey;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'not gzip' }));
    const filter = { ids: [kept.id, corrupt.id] };
    const listed = await collect(listDeadLetters(ports, { filter }));
    expect(listed.map(({ archive }) => archive)).toEqual(['kept', 'corrupt']);
    expect(await replay(corrupt.id)).toMatchObject([{ outcome: 'corrupt' }]);
    expect(await collect(checkDeadLetters(ports))).toMatchObject([{ finding: 'corrupt', id: corrupt.id }]);
    const discarded = discardDeadLetters(ports, {
      filter: { ids: [kept.id.slice(0, 10)] },
      by: 'ana',
      reason: 'test',
    });
    expect(await collect(discarded)).toMatchObject([{ outcome: 'discarded' }]);
    expect(await ports.tracker.get(kept.id)).toMatchObject({
      status: 'discarded',
      lastChange: { by: 'ana', reason: 'test' },
    });
  });

  test('of names that nobody deployed are told from those that are there', async () => {
    const other = openAwsDeadLetters({ project: 'acme', environment: 'prod', settings, pathStyle: true });
    await expect(other).rejects.toMatchObject({
      code: 'DEPLOYMENT_UNREADABLE',
      message: expect.stringContaining('acme-prod-sqs-processor'),
    });
    await createFunction('acme-dev-sqs-processor', { LEAN_OPS_STATE_TABLE: table });
    const bare = openAwsDeadLetters({ project: 'acme', environment: 'dev', settings, pathStyle: true });
    await expect(bare).rejects.toThrow(/does not say LEAN_OPS_ARCHIVE_BUCKET, LEAN_OPS_STREAMS/);
  });
});

/** A role that functions may have. The SDK's client would be one more dependency, for this one call. */
async function createRole(endpoint: string): Promise<void> {
  const scope = 'Credential=test/20260101/us-east-1/iam/aws4_request';
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams({
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName: 'functions',
      AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
    }),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** The end of central directory of an archive without files. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]);

function registryRow(topic: string) {
  return {
    topic,
    queueTopic: topic,
    state: 'enabled',
    stateReason: null,
    stateBy: null,
    stateSince: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    schedule: 'every-round',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: START,
  } as const;
}
