/** Where the resources of a deployment are: the parts that all their ARNs share. */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** The place that an ARN names. */
export function placeOf(arn: string): Place {
  const [, partition = 'aws', , region = '', account = ''] = arn.split(':');
  return { partition, region, account };
}

export function queueArn({ partition, region, account }: Place, queueName: string): string {
  return `arn:${partition}:sqs:${region}:${account}:${queueName}`;
}
