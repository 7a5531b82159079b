import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { suiteWhere, testWhere } from '../../../test/support/suite-where.js';
import { checkArguments } from './check-arguments.js';
import { readConfiguration, terraformFolder, usedTypes, type Written } from './configuration.js';
import { openWorkspace, preparePlanning } from './planning.js';
import { installBindings, readProviderSchema } from './provider-bindings.js';

const run = promisify(execFile);
const terraformMissing = await run('terraform', ['version']).then(
  () => null,
  () => 'needs Terraform 1.5 or newer',
);
const { missing } = await installBindings();
const planning = await preparePlanning();

testWhere(terraformMissing, 'the configuration is written as `terraform fmt` writes it', async () => {
  const { stdout } = await run('terraform', ['fmt', '-check', '-recursive', terraformFolder]);
  expect(stdout).toBe('');
});

suiteWhere(missing, 'the configuration and the schema of the AWS provider', () => {
  it('agree on every resource, data source, block and argument', async () => {
    const schema = await readProviderSchema(usedTypes());
    const written = await readConfiguration();
    expect(written.length).toBeGreaterThan(60);
    expect(written.flatMap((each) => checkArguments(each, schemaOf(each, schema)))).toEqual([]);
  });

  it('would not agree on an argument that another version had', async () => {
    const schema = await readProviderSchema({ resources: ['aws_sqs_queue'], dataSources: [] });
    const written = (await readConfiguration()).filter(({ type }) => type === 'aws_sqs_queue');
    const changed = written.map((each) => ({ ...each, body: { ...each.body, max_receive_count: 5 } }));
    expect(changed.flatMap((each) => checkArguments(each, schemaOf(each, schema)))).toHaveLength(
      written.length,
    );
  });

  it('refuses a resource that the provider does not have', async () => {
    await expect(readProviderSchema({ resources: ['aws_sqs_quiz'], dataSources: [] })).rejects.toThrow(
      'the AWS provider has no resource aws_sqs_quiz',
    );
  });
});

testWhere(
  planning.missing,
  'Terraform itself finds the configuration valid, types and references included',
  async () => {
    const workspace = await openWorkspace();
    try {
      const found = JSON.parse(await workspace.terraform('validate', '-json')) as { diagnostics: unknown[] };
      // That the provider is not the published one is the only thing to say.
      expect(found.diagnostics).toMatchObject([{ summary: 'Provider development overrides are in effect' }]);
    } finally {
      await workspace.remove();
    }
  },
);

function schemaOf(written: Written, schema: Awaited<ReturnType<typeof readProviderSchema>>) {
  return (written.kind === 'resource' ? schema.resources : schema.dataSources)[written.type]!;
}
