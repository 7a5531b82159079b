import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import { CreateDatabaseCommand } from '@aws-sdk/client-glue';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand } from '@aws-sdk/client-s3';
import { CreateScheduleCommand, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.js';
import type { StackPlan } from './plan-stack.js';

/** Makes everything that is planned, in order. `codeOf` gives the zip of a function by its key. */
export async function createStack(
  plan: StackPlan,
  clients: Clients,
  codeOf: (key: string) => Promise<Uint8Array>,
): Promise<void> {
  for (const Bucket of plan.buckets) await clients.s3.send(new CreateBucketCommand({ Bucket }));
  for (const { name, location } of plan.databases)
    await clients.glue.send(
      new CreateDatabaseCommand({ DatabaseInput: { Name: name, LocationUri: location } }),
    );
  for (const table of plan.tables) await clients.dynamoDb.send(new CreateTableCommand(table));
  for (const { name, attributes } of plan.queues)
    await clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
  await createFunctions(plan, clients, codeOf);
  for (const stream of plan.streams) await clients.firehose.send(new CreateDeliveryStreamCommand(stream));
  for (const mapping of plan.mappings)
    await clients.lambda.send(new CreateEventSourceMappingCommand(mapping));
  for (const { bucket, configuration } of plan.notifications) {
    await clients.s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket,
        NotificationConfiguration: configuration,
      }),
    );
  }
  for (const machine of plan.stateMachines) await clients.sfn.send(new CreateStateMachineCommand(machine));
  await clients.scheduler.send(new CreateScheduleGroupCommand({ Name: plan.scheduleGroup }));
  for (const schedule of plan.schedules) await clients.scheduler.send(new CreateScheduleCommand(schedule));
}

async function createFunctions(
  { functions }: StackPlan,
  { lambda }: Clients,
  codeOf: (key: string) => Promise<Uint8Array>,
): Promise<void> {
  for (const { key, reservedConcurrency, ...input } of functions) {
    await lambda.send(new CreateFunctionCommand({ ...input, Code: { ZipFile: await codeOf(key) } }));
    if (reservedConcurrency === null) continue;
    await lambda.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: input.FunctionName!,
        ReservedConcurrentExecutions: reservedConcurrency,
      }),
    );
  }
}
