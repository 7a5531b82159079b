/** First two parts of the name of every resource. */
export interface DeploymentNames {
  readonly project: string;
  readonly environment: string;
}

/** `{project}-{environment}`, with which every name begins; also the dimension `service` of every metric. */
export function deploymentPrefix({ project, environment }: DeploymentNames): string {
  return `${project}-${environment}`;
}

/** A function, state machine, table, schedule or alarm as it is deployed. */
export function resourceName(names: DeploymentNames, name: string): string {
  return `${deploymentPrefix(names)}-${name}`;
}

/** The queue of a topic, as the queue spells it. */
export function topicQueueName(names: DeploymentNames, queueTopic: string, fifo = false): string {
  return `${resourceName(names, queueTopic)}-queue${fifo ? '.fifo' : ''}`;
}

/** A queue of `queues.json`: `dead-letters-fifo` is deployed as `…-dead-letters.fifo`. */
export function centralQueueName(names: DeploymentNames, queue: string): string {
  return resourceName(names, queue).replace(/-fifo$/, '.fifo');
}

/** Streams are numbered from 0; the hash of a topic chooses among them in this order. */
export function streamNames(names: DeploymentNames, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => resourceName(names, `raw-${index}`));
}

/** Bucket names are worldwide, so the account's number is part of the default. */
export function archiveBucketName(names: DeploymentNames, account: string): string {
  return resourceName(names, `archive-${account}`);
}

/** The Glue database of a layer. Firehose takes no hyphens there. */
export function databaseName(names: DeploymentNames, layer: string): string {
  return `${deploymentPrefix(names)}_${layer}`.replaceAll('-', '_');
}
