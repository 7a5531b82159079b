import { afterAll, beforeAll, expect, it } from 'vitest';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { loadSettings } from '../../settings/settings.js';
import { openWorkspace, plannedResources, preparePlanning, type Workspace } from './planning.js';

const { missing } = await preparePlanning();

suiteWhere(missing, 'code signing', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace();
  });
  afterAll(() => workspace?.remove());

  it('deploys the version of each zip that is the newest, so that new code under the same key is a change', async () => {
    const plan = await plannedResources(workspace, {
      environment: 'dev',
      iceberg_bucket: 'some-warehouse',
      schema_bucket: 'some-schemas',
      topics: {},
      code_signing: {
        config_arn: 'arn:aws:lambda:eu-west-1:123456789012:csc:a',
        bucket: 'zips',
        prefix: 'signed/',
      },
    });
    const functions = plan.filter(({ type }) => type === 'aws_lambda_function');
    expect(functions).toHaveLength(Object.keys(loadSettings().functions).length);
    for (const { values } of functions) {
      const name = (values['function_name'] as string).replace('lean-ops-dev-', '');
      expect(values).toMatchObject({
        filename: null,
        s3_bucket: 'zips',
        s3_key: `signed/${name}.zip`,
        s3_object_version: 'planned',
        code_signing_config_arn: 'arn:aws:lambda:eu-west-1:123456789012:csc:a',
      });
    }
  });
});
