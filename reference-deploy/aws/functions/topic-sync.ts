import { createHandler } from '../../handlers/topic-sync/handler.js';
import { placeOf } from '../arn.js';
import { layerNames, openCatalog } from '../catalog.js';
import { lambdaClient, sqsClient } from '../clients.js';
import { DeployedQueues } from '../deployed-queues.js';
import { readEnvironment } from '../environment.js';
import { LambdaMappings } from '../lambda-mappings.js';
import { lambdaFunction } from '../runtime.js';
import { s3Client } from '../s3-client.js';
import { readText } from '../s3-objects.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const names = readEnvironment(['project', 'environment']);
  const { topics, processorArn } = readEnvironment(['topics', 'processorArn']);
  return createHandler({
    ...ports,
    state: openStateStore(ports),
    catalog: openCatalog(),
    rawNamespace: layerNames(names).raw,
    mappings: new LambdaMappings({ client: lambdaClient(), functionArn: processorArn }),
    queues: new DeployedQueues({ client: sqsClient(), names, place: placeOf(processorArn) }),
    document: topics.key,
    readText: (key) => readText(s3Client(), { bucket: topics.bucket, key }),
  });
});
