import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FirehoseClient } from '@aws-sdk/client-firehose';
import { GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The SDK's clients for one endpoint. */
export interface Clients {
  readonly dynamoDb: DynamoDBClient;
  readonly firehose: FirehoseClient;
  readonly glue: GlueClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly scheduler: SchedulerClient;
  readonly sfn: SFNClient;
  readonly sqs: SQSClient;
  close(): void;
}

export function openClients(endpoint: string, region: string, account: string): Clients {
  // MiniStack takes an access key of twelve digits for the account.
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  const settings = { endpoint, region, credentials, maxAttempts: 3 };
  const clients = {
    dynamoDb: new DynamoDBClient(settings),
    firehose: new FirehoseClient(settings),
    glue: new GlueClient(settings),
    lambda: new LambdaClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    scheduler: new SchedulerClient(settings),
    sfn: new SFNClient(settings),
    sqs: new SQSClient(settings),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
