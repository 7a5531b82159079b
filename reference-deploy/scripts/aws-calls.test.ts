import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAwsEmulator } from '../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../test/support/suite-where.js';
import { checkBuckets } from './check-buckets.js';
import { checkCredentials } from './check-credentials.js';
import { uploadContracts } from './upload-contracts.js';

const { server: moto, missing } = await startAwsEmulator('moto');

suiteWhere(missing, 'what a deployment asks of AWS', () => {
  const settings = {
    endpoint: moto?.endpoint ?? '',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;

  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'deploy-schemas', CreateBucketConfiguration }));
    await s3.send(
      new PutBucketVersioningCommand({
        Bucket: 'deploy-schemas',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
  });
  afterAll(async () => {
    s3.destroy();
    await moto?.stop();
  });

  it('who is calling', async () => {
    const sts = new STSClient(settings);
    expect(await checkCredentials(sts)).toMatchObject({ account: '123456789012' });
    await expect(checkCredentials(sts, '000000000001')).rejects.toMatchObject({ code: 'ACCOUNT_UNEXPECTED' });
    sts.destroy();
  });

  it('which buckets can be made', async () => {
    await checkBuckets(s3, ['deploy-nobodys']);
    await expect(checkBuckets(s3, ['deploy-nobodys', 'deploy-schemas'])).rejects.toMatchObject({
      code: 'BUCKET_UNAVAILABLE',
      context: { faults: [expect.stringContaining('deploy-schemas is there already and yours')] },
    });
  });

  it('to keep each contract, with every version it had', async () => {
    const contract = (text: string) => [{ topic: 'a', file: 'a.json', text }];
    await uploadContracts(s3, 'deploy-schemas', contract('{"version":"1"}'));
    await uploadContracts(s3, 'deploy-schemas', contract('{"version":"2"}'));
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'deploy-schemas', Key: 'contracts/a.json' }),
    );
    expect(await Body!.transformToString()).toBe('{"version":"2"}');
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: 'deploy-schemas' }));
    expect(Versions).toHaveLength(2);
  });
});
