import { Readable } from 'node:stream';
import {
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { placeOf } from './arn.js';
import { DeployedQueues } from './deployed-queues.js';
import { LambdaMappings } from './lambda-mappings.js';
import { readText } from './s3-objects.js';

const PROCESSOR = 'arn:aws:lambda:eu-west-1:123456789012:function:lean-ops-dev-sqs-processor';

/** A client that gives its commands to a function. */
const client = (answer: (command: { input: unknown }) => unknown) =>
  ({ send: async (command: { input: unknown }) => answer(command) }) as never;

describe('the mappings of a function', () => {
  it('are read page by page', async () => {
    const pages = [
      { EventSourceMappings: [{ UUID: '1', EventSourceArn: 'q1', State: 'Enabled' }], NextMarker: 'next' },
      {
        EventSourceMappings: [
          {
            UUID: '2',
            EventSourceArn: 'q2',
            State: 'Disabled',
            LastModified: new Date(1_800_000_000_000),
            FunctionResponseTypes: ['ReportBatchItemFailures'],
          },
          { UUID: '3' },
        ],
      },
    ];
    const markers: unknown[] = [];
    const mappings = new LambdaMappings({
      functionArn: PROCESSOR,
      client: client((command) => {
        expect(command).toBeInstanceOf(ListEventSourceMappingsCommand);
        const { FunctionName, Marker } = command.input as ListEventSourceMappingsCommandInput;
        expect(FunctionName).toBe(PROCESSOR);
        markers.push(Marker);
        return pages.shift();
      }),
    });
    expect(await mappings.list()).toEqual([
      { uuid: '1', queueArn: 'q1', state: 'Enabled', reportsFailures: false, changedAt: null },
      { uuid: '2', queueArn: 'q2', state: 'Disabled', reportsFailures: true, changedAt: 1_800_000_000_000 },
    ]);
    expect(markers).toEqual([undefined, 'next']);
  });

  it('are changed in what is asked for, and in nothing else', async () => {
    const inputs: unknown[] = [];
    const mappings = new LambdaMappings({
      functionArn: PROCESSOR,
      client: client((command) => {
        expect(command).toBeInstanceOf(UpdateEventSourceMappingCommand);
        inputs.push(command.input);
        return {};
      }),
    });
    await mappings.update('1', { enabled: true });
    await mappings.update('2', { reportsFailures: true });
    expect(inputs).toEqual([
      { UUID: '1', Enabled: true },
      { UUID: '2', FunctionResponseTypes: ['ReportBatchItemFailures'] },
    ]);
  });
});

describe('the queues of a deployment', () => {
  const queues = (answer: () => unknown) =>
    new DeployedQueues({
      names: { project: 'lean-ops', environment: 'dev' },
      place: placeOf(PROCESSOR),
      client: client((command) => {
        expect(command).toBeInstanceOf(GetQueueUrlCommand);
        return answer();
      }),
    });
  const failing = (name: string) => () => {
    throw Object.assign(new Error(name), { name });
  };

  it('are named as Terraform names them', () => {
    const arn = queues(() => ({})).arnOf('user-logins', true);
    expect(arn).toBe('arn:aws:sqs:eu-west-1:123456789012:lean-ops-dev-user-logins-queue.fifo');
  });

  it('are there, are not there, or nobody knows', async () => {
    expect(await queues(() => ({ QueueUrl: 'url' })).exists('a', false)).toBe(true);
    expect(await queues(failing('QueueDoesNotExist')).exists('a', false)).toBe(false);
    await expect(queues(failing('ThrottlingException')).exists('a', false)).rejects.toThrow('Throttling');
  });
});

describe('readText', () => {
  it('joins what S3 sends before it decodes it', async () => {
    const bytes = Buffer.from('{"ä":1}');
    const Body = Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    expect(
      await readText(
        client(() => ({ Body })),
        { bucket: 'b', key: 'k' },
      ),
    ).toBe('{"ä":1}');
  });

  it('fails on an answer without a body', async () => {
    await expect(
      readText(
        client(() => ({})),
        { bucket: 'b', key: 'k' },
      ),
    ).rejects.toMatchObject({
      code: 'OBJECT_WITHOUT_BODY',
    });
  });
});
