/** Account and region that appear in the names of embedded resources. */
const ACCOUNT = '000000000000';
export const REGION = 'local';

/** First parts of every resource name. */
export interface DeploymentNames {
  readonly project: string;
  readonly environment: string;
}

/** The queue of a topic, as the queue spells it. */
export function topicQueueArn(names: DeploymentNames, queueTopic: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${names.project}-${names.environment}-${queueTopic}-queue`;
}

/** The dead-letter queue of all topics; its name is that of no topic's queue. */
export function deadLetterQueueArn(names: DeploymentNames): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${names.project}-${names.environment}-dlq`;
}

export function deliveryStreamArn(names: DeploymentNames): string {
  return `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/${names.project}-${names.environment}-raw`;
}

/** `${name}` with hyphens as the function is deployed. The interpreter's validator wants a region AWS could have. */
export function functionArn(names: DeploymentNames, name: string): string {
  return `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${names.project}-${names.environment}-${name}`;
}
