import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock, systemRandom, systemSleep } from '@lean-ops/core';
import { DynamoDbStateStore } from '@lean-ops/core/dynamodb';
import { placeOf } from '../../../aws/arn.js';
import { catalogOf, layerNames } from '../../../aws/catalog.js';
import { CALL_LIMITS, type CallLimits, clientSettings } from '../../../aws/clients.js';
import { readEnvironment } from '../../../aws/environment.js';
import { variablesOf } from '../../../dead-letters/aws/deployment.js';
import { invoke } from '../../../dead-letters/aws/invoke.js';
import type { AwsAddress } from '../../../dead-letters/aws/open.js';
import type { RebuilderOptions } from '../../../rebuild/aws/rebuilder.js';
import { resourceName } from '../../../settings/names.js';
import type { DeployPorts } from '../ports.js';
import { DeployedTopics } from './deployed-topics.js';
import { rebuildByExecution } from './rebuild-execution.js';

/** Above the longest that a function may take. */
const TASK_MS = 905_000;
/** How long a deploy that was killed keeps others out; it is renewed at every step. */
const LEASE_TTL_MS = 2 * 60_000;

/**
 * Opens a deployment on AWS for contracts to be deployed to, with the credentials that the AWS SDK finds. Where it keeps
 * things is asked of its functions: what they use is right by definition.
 *
 * @throws {DeadLetterError} `DEPLOYMENT_UNREADABLE` where there is none under these names.
 * @throws {AwsError} `ENVIRONMENT_INVALID`; `HandlerError` `TOPICS_DOCUMENT_INVALID`.
 */
export async function openAwsDeployment(address: AwsAddress): Promise<{
  readonly ports: DeployPorts;
  readonly rebuilder: RebuilderOptions;
  readonly close: () => Promise<void>;
}> {
  const { settings = {}, pathStyle = false } = address;
  const names = { project: address.project, environment: address.environment };
  const within = (limits: CallLimits) => ({ ...clientSettings(limits), ...settings });
  const lambda = new LambdaClient(within(CALL_LIMITS.control));
  const tasks = new LambdaClient(within({ attempts: 1, requestMs: TASK_MS }));
  const found = await variablesOf(lambda, resourceName(names, 'topic-sync'));
  const { stateTable, catalog, warehouse, topics, processorArn } = readEnvironment(
    ['stateTable', 'catalog', 'warehouse', 'topics', 'processorArn'],
    found,
  );
  const { partition, region, account } = placeOf(processorArn);
  const s3 = new S3Client({ ...within(CALL_LIMITS.s3), forcePathStyle: pathStyle });
  const state = new DynamoDbStateStore({
    client: new DynamoDBClient(within(CALL_LIMITS.dynamoDb)),
    table: stateTable,
  });
  const deployed = await DeployedTopics.read({
    s3,
    sqs: new SQSClient(within(CALL_LIMITS.control)),
    names,
    document: topics,
  });
  const machine = `arn:${partition}:states:${region}:${account}:stateMachine:${resourceName(names, 'historical-rebuilder')}`;
  const glue = new GlueClient(within(CALL_LIMITS.control));
  const rebuilder: RebuilderOptions = {
    client: new SFNClient(within(CALL_LIMITS.control)),
    stateMachineArn: machine,
    catalog: catalogOf({ catalog, warehouse, region, s3, glue }),
    state,
    names: layerNames(names),
    clock: systemClock,
    sleep: systemSleep,
  };
  const ports: DeployPorts = {
    catalog: rebuilder.catalog,
    state,
    names: layerNames(names),
    surroundings: deployed,
    documents: deployed,
    tasks: {
      call: (name, input) => invoke(tasks, resourceName(names, name), input),
      newExecutionId: () => `deploy-${systemRandom.uuid()}`,
    },
    rebuild: (request) => rebuildByExecution({ ...rebuilder, topics: state.topics }, request),
    clock: systemClock,
    sleep: systemSleep,
    leaseTtlMs: LEASE_TTL_MS,
  };
  return { ports, rebuilder, close: () => state.close() };
}
