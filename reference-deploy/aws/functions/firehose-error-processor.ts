import { createHandler } from '../../handlers/firehose-error-processor/handler.js';
import { topicQueueName } from '../../settings/names.js';
import { openArchive } from '../archive.js';
import { placeOf, queueArn } from '../arn.js';
import { readEnvironment } from '../environment.js';
import { lambdaFunction } from '../runtime.js';
import { s3Client } from '../s3-client.js';
import { readObject } from '../s3-objects.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => {
  const names = readEnvironment(['project', 'environment']);
  const state = openStateStore(ports);
  return createHandler({
    ...ports,
    registry: state.topics,
    archive: openArchive(),
    tracker: state.errors,
    readObject: (object) => readObject(s3Client(), object),
    // The queue of the notifications is where those of the topics are.
    queueArnOf: (queueTopic, event) =>
      queueArn(placeOf(event.Records[0]?.eventSourceARN ?? ''), topicQueueName(names, queueTopic)),
  });
});
