import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { DeployError } from './deploy-error.js';
import type { ShownPlan } from './plan.js';

/** What is needed of a client. */
export type BucketClient = Pick<S3Client, 'send'>;

/** Buckets that a plan would make. */
export function plannedBuckets(plan: ShownPlan): readonly string[] {
  return (plan.resource_changes ?? [])
    .filter(
      ({ mode, type, change }) =>
        mode === 'managed' && type === 'aws_s3_bucket' && change.actions.includes('create'),
    )
    .map(({ change }) => String(change.after?.['bucket']))
    .sort();
}

/**
 * Whether buckets can be made: bucket names are worldwide.
 *
 * @throws {DeployError} `BUCKET_UNAVAILABLE`, which names every bucket that is there already and whose it is.
 */
export async function checkBuckets(client: BucketClient, names: readonly string[]): Promise<void> {
  const faults: string[] = [];
  for (const name of names) {
    const status = await statusOf(client, name);
    if (status === 200)
      faults.push(`${name} is there already and yours: import it (terraform import), or choose another name`);
    else if (status !== 404) faults.push(`${name} belongs to another account: choose another name`);
  }
  if (faults.length === 0) return;
  throw new DeployError(`buckets cannot be made: ${faults.join('; ')}`, {
    code: 'BUCKET_UNAVAILABLE',
    context: { faults },
  });
}

/** S3 answers 301 and 403 for buckets elsewhere or of others. */
async function statusOf(client: BucketClient, name: string): Promise<number> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: name }));
    return 200;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404 || status === 403 || status === 301) return status;
    throw error;
  }
}
