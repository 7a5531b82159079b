import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type StateStore, systemClock, systemRandom, systemSleep } from '@lean-ops/core';
import { DynamoDbStateStore } from '@lean-ops/core/dynamodb';
import { FirehoseRawSink } from '@lean-ops/ingest/firehose';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import { S3Archive } from '@lean-ops/ingest/s3';
import { CALL_LIMITS, type CallLimits, clientSettings } from '../../aws/clients.js';
import { type DeploymentNames, databaseName, resourceName } from '../../settings/names.js';
import type { DeadLetterPorts } from '../ports.js';
import { readDeployment, variablesOf } from './deployment.js';
import { DirectProcessor } from './direct-processor.js';
import { invoke } from './invoke.js';
import { SqsReplayQueue } from './sqs-replay-queue.js';

export interface AwsAddress extends DeploymentNames {
  /** What all clients are given. Default: what the AWS SDK finds by itself. */
  readonly settings?: Pick<LambdaClientConfig, 'region' | 'endpoint' | 'credentials'>;
  /** Whether S3 is asked with the bucket in the path, as emulators want it. Default false. */
  readonly pathStyle?: boolean;
}

/** Above the longest that a function may take. */
const TASK_MS = 905_000;

/** Opens the dead letters of a deployment on AWS, with the credentials that the AWS SDK finds. */
export async function openAwsDeadLetters(address: AwsAddress): Promise<{
  readonly ports: DeadLetterPorts;
  readonly state: Pick<StateStore, 'topics' | 'rounds' | 'breakers'>;
  readonly close: () => Promise<void>;
}> {
  const { settings = {}, pathStyle = false } = address;
  const names = { project: address.project, environment: address.environment };
  const within = (limits: CallLimits) => ({ ...clientSettings(limits), ...settings });
  const lambda = new LambdaClient(within(CALL_LIMITS.control));
  // A task must not be begun twice because its answer takes long.
  const tasks = new LambdaClient(within({ attempts: 1, requestMs: TASK_MS }));
  const { stateTable, archiveBucket, streams } = await readDeployment(lambda, names);
  const state = new DynamoDbStateStore({
    client: new DynamoDBClient(within(CALL_LIMITS.dynamoDb)),
    table: stateTable,
  });
  const clock = systemClock;
  const processor = new DirectProcessor({
    client: tasks,
    functionName: resourceName(names, 'sqs-processor'),
    clock,
  });
  const s3 = new S3Client({ ...within(CALL_LIMITS.s3), forcePathStyle: pathStyle });
  return {
    ports: {
      archive: new S3Archive({ client: s3, bucket: archiveBucket }),
      tracker: state.errors,
      registry: state.topics,
      queue: new SqsReplayQueue({ client: new SQSClient(within(CALL_LIMITS.control)), processor }),
      sink: new FirehoseRawSink({ client: new FirehoseClient(within(CALL_LIMITS.firehose)), streams }),
      hasRawTable: rawTables({ lambda, glue: new GlueClient(within(CALL_LIMITS.control)), names }),
      tasks: {
        call: (name, input) => invoke(tasks, resourceName(names, name), input),
        newExecutionId: () => `dead-letters-${systemRandom.uuid()}`,
      },
      names,
      clock,
      random: systemRandom,
      sleep: systemSleep,
    },
    state,
    close: () => state.close(),
  };
}

/** Only Glue is asked: what another catalog has is found out by delivering. */
function rawTables({
  lambda,
  glue,
  names,
}: {
  lambda: LambdaClient;
  glue: GlueClient;
  names: DeploymentNames;
}): (topic: string) => Promise<boolean> {
  let catalog: Promise<string | undefined> | undefined;
  const known = new Map<string, Promise<boolean>>();
  const ask = async (topic: string): Promise<boolean> => {
    catalog ??= variablesOf(lambda, resourceName(names, 'standardize')).then(
      (found) => found['LEAN_OPS_CATALOG'],
    );
    if ((await catalog) !== 'glue') return true;
    try {
      await glue.send(
        new GetTableCommand({ DatabaseName: databaseName(names, 'raw'), Name: rawTableName(topic) }),
      );
      return true;
    } catch (error) {
      if ((error as Error).name === 'EntityNotFoundException') return false;
      throw error;
    }
  };
  return (topic) => {
    const answer = known.get(topic) ?? ask(topic);
    known.set(topic, answer);
    return answer;
  };
}
