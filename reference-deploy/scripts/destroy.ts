import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { STSClient } from '@aws-sdk/client-sts';
import { deploymentPrefix } from '../settings/names.js';
import { checkCredentials } from './check-credentials.js';
import { DeployError } from './deploy-error.js';
import { type ShownPlan, variablesOf } from './plan.js';
import type { TerraformRoot } from './terraform-root.js';

export interface DestroyDependencies {
  readonly terraform: TerraformRoot;
  readonly sts: Pick<STSClient, 'send'>;
  readonly ask: (question: string) => Promise<string>;
  readonly say: (line: string) => void;
}

export interface DestroyOptions {
  readonly account?: string;
  /** The deployment's name, `{project}-{environment}`; without it a person is asked to type it. */
  readonly confirm?: string;
}

/**
 * Takes a deployment down, after its name was typed.
 *
 * @throws {DeployError} `PROTECTED` where its data is protected (`protect_data`), by the variables or by what was last
 * deployed; `NOT_CONFIRMED` where another name was given. Nothing has been changed then.
 */
export async function destroy(
  { terraform, sts, ask, say }: DestroyDependencies,
  options: DestroyOptions,
): Promise<void> {
  const { account, arn } = await checkCredentials(sts, options.account);
  say(`account ${account}, as ${arn}`);
  await terraform.init();
  const planFile = join(tmpdir(), `lean-ops-${process.pid}.tfplan`);
  try {
    const plan = await terraform.plan(planFile, 'destroy');
    const { project_name: project, environment } = variablesOf(plan);
    const name = deploymentPrefix({ project, environment });
    checkUnprotected(plan, name);
    const goes = (plan.resource_changes ?? []).filter(({ change }) =>
      change.actions.includes('delete'),
    ).length;
    say(
      `${goes} resources of ${name} in account ${account} would be destroyed, tables, archive and state among them`,
    );
    const typed = options.confirm ?? (await ask(`Type ${name} to destroy it: `)).trim();
    if (typed !== name) {
      throw new DeployError(`nothing was destroyed: ${JSON.stringify(typed)} is not ${name}`, {
        code: 'NOT_CONFIRMED',
        context: { name, typed },
      });
    }
    await terraform.apply(planFile);
    say(`${name} is destroyed`);
  } finally {
    await rm(planFile, { force: true });
  }
}

/** AWS would refuse only the buckets and the table, when catalog, queues and functions are gone already. */
function checkUnprotected(plan: ShownPlan, name: string): void {
  const kept = (plan.resource_changes ?? []).filter(
    ({ type, change: { actions, before } }) =>
      actions.includes('delete') &&
      ((type === 'aws_s3_bucket' && before?.['force_destroy'] !== true) ||
        (type === 'aws_dynamodb_table' && before?.['deletion_protection_enabled'] !== false)),
  );
  if (variablesOf(plan).protect_data === false && kept.length === 0) return;
  throw new DeployError(
    `nothing was destroyed: the data of ${name} is protected; set protect_data to false in its variables, deploy that, and destroy then`,
    { code: 'PROTECTED', context: { name, kept: kept.map(({ address }) => address) } },
  );
}
