import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { systemClock, systemSleep } from '@lean-ops/core';
import { globalQuotaRegion } from './check-quotas.js';
import type { DeployDependencies } from './deploy.js';

/** The clients of a deployment; region and credentials come from where the SDK looks for them, as Terraform's do. */
export function deployClients(): Pick<DeployDependencies, 'sts' | 's3' | 'quotas' | 'lambda' | 'smoke'> {
  const here = new ServiceQuotasClient();
  const global = new ServiceQuotasClient({
    region: async () => globalQuotaRegion(await here.config.region()),
  });
  return {
    sts: new STSClient(),
    s3: new S3Client(),
    quotas: { here, global },
    lambda: new LambdaClient(),
    smoke: {
      glue: new GlueClient(),
      athena: new AthenaClient(),
      sqs: new SQSClient(),
      clock: systemClock,
      sleep: systemSleep,
    },
  };
}
