import { afterAll, beforeAll, expect, it } from 'vitest';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { openWorkspace, plannedResources, preparePlanning, type Workspace } from './planning.js';

const { missing } = await preparePlanning();

suiteWhere(missing, 'the key', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace();
  });
  afterAll(() => workspace?.remove());

  it('lets logs of encrypted executions be delivered, and those of this account only', async () => {
    const plan = await plannedResources(workspace, {
      environment: 'dev',
      iceberg_bucket: 'some-warehouse',
      schema_bucket: 'some-schemas',
      topics: {},
    });
    const [key, ...others] = plan.filter(({ type }) => type === 'aws_kms_key');
    expect(others).toEqual([]);
    const machines = plan.filter(({ type }) => type === 'aws_sfn_state_machine');
    expect(machines.length).toBeGreaterThan(0);
    for (const { values } of machines)
      expect(values).toMatchObject({
        encryption_configuration: [{ type: 'CUSTOMER_MANAGED_KMS_KEY', kms_key_id: key!.values['arn'] }],
        logging_configuration: [{ level: 'ERROR' }],
      });
    const { Statement } = JSON.parse(key!.values['policy'] as string);
    expect(Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: ['kms:Decrypt*'],
        Principal: { Service: ['delivery.logs.amazonaws.com'] },
        Condition: {
          StringLike: { 'kms:EncryptionContext:SourceArn': ['arn:aws:logs:eu-west-1:123456789012:*'] },
        },
      }),
    );
  });
});
