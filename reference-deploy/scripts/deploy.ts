import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import { tableSafeTopic } from '@lean-ops/core';
import { type DeploymentNames, resourceName } from '../settings/names.js';
import { checkBuckets, plannedBuckets } from './check-buckets.js';
import { checkCredentials } from './check-credentials.js';
import { checkLosses } from './check-losses.js';
import { checkQuotas, type QuotaClients, quotaReport } from './check-quotas.js';
import { DeployError } from './deploy-error.js';
import { invokeFunction } from './invoke-function.js';
import { countResources, type DeployVariables, describeCount, type ShownPlan, variablesOf } from './plan.js';
import { switchMapping } from './smoke-breaker.js';
import { SMOKE_TOPIC, type SmokeTestOptions, smokeTest } from './smoke-test.js';
import type { TerraformRoot } from './terraform-root.js';
import { readContracts, uploadContracts } from './upload-contracts.js';

export interface DeployDependencies {
  readonly terraform: TerraformRoot;
  readonly build: () => Promise<void>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly quotas: QuotaClients;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly smoke: Pick<SmokeTestOptions, 'glue' | 'athena' | 'sqs' | 'clock' | 'sleep'>;
  /** Asks a person; the answer as typed. */
  readonly ask: (question: string) => Promise<string>;
  readonly say: (line: string) => void;
}

export interface DeployOptions {
  /** Refuses every other account. */
  readonly account?: string;
  /** Where the topics' contracts are. */
  readonly contracts: string;
  /** Applies without asking. */
  readonly yes?: boolean;
  /** Ends after the plan and its checks. */
  readonly planOnly?: boolean;
  /** Deploys although a quota is too low. */
  readonly lowQuotas?: boolean;
  /** Addresses of what may be deleted or replaced although it may hold data. */
  readonly acceptDataLoss?: readonly string[];
  readonly skipSmokeTest?: boolean;
}

/**
 * One deployment: what must hold before it, the plan, the apply, the contracts, and what must hold after it. Repeating
 * it changes nothing, and one that was interrupted is finished by the next.
 *
 * @throws {DeployError} naming the step that does not hold; before the apply nothing has been changed.
 */
export async function deploy(dependencies: DeployDependencies, options: DeployOptions): Promise<void> {
  const { terraform, build, say } = dependencies;
  const { account, arn } = await checkCredentials(dependencies.sts, options.account);
  say(`account ${account}, as ${arn}`);
  await build();
  await terraform.init();
  const planFile = join(tmpdir(), `lean-ops-${process.pid}.tfplan`);
  try {
    const plan = await terraform.plan(planFile, 'apply');
    const variables = variablesOf(plan);
    const contracts = readContracts(options.contracts, variables.topics);
    await checkPlan(dependencies, options, plan);
    if (options.planOnly === true) return;
    await confirm(dependencies, options, variables);
    await terraform.apply(planFile);
    await uploadContracts(dependencies.s3, variables.schema_bucket, contracts);
    say(`${contracts.length} contracts are in ${variables.schema_bucket}`);
    const names = { project: variables.project_name, environment: variables.environment };
    await settleTopics(dependencies, names);
    if (options.skipSmokeTest !== true) await smokeTestOf(dependencies, names, await terraform.outputs());
  } finally {
    // A plan holds what was planned with, secrets too.
    await rm(planFile, { force: true });
  }
}

async function checkPlan(
  { s3, quotas, say }: DeployDependencies,
  { lowQuotas = false, acceptDataLoss = [] }: DeployOptions,
  plan: ShownPlan,
): Promise<void> {
  const resources = countResources(plan);
  say(describeCount(resources));
  checkLosses(plan, acceptDataLoss);
  await checkBuckets(s3, plannedBuckets(plan));
  const verdicts = await checkQuotas(quotas, { concurrency: recommendedConcurrency(plan), resources });
  say(quotaReport(verdicts));
  const low = verdicts.filter(({ enough }) => !enough);
  if (low.length === 0 || lowQuotas) return;
  throw new DeployError(
    `quotas are too low: ${low.map(({ service, quota, needed }) => `${service} ${quota} (${needed})`).join(', ')}; raise them, or give --low-quotas to go on with throttling`,
    { code: 'QUOTA_TOO_LOW', context: { low } },
  );
}

/** As the configuration computed it; outputs are known once a plan is made. */
function recommendedConcurrency(plan: ShownPlan): number {
  const shared = plan.planned_values?.outputs?.['concurrency']?.value as
    | { readonly recommended_quota?: number }
    | undefined;
  return shared?.recommended_quota ?? 0;
}

async function confirm(
  { ask }: DeployDependencies,
  { yes = false }: DeployOptions,
  { project_name: project, environment }: DeployVariables,
): Promise<void> {
  if (yes) return;
  const answer = await ask(`Apply this plan to ${project}-${environment}? [yes/no] `);
  if (answer.trim().toLowerCase() === 'yes') return;
  throw new DeployError('nothing was changed: the plan was not confirmed', { code: 'NOT_CONFIRMED' });
}

/** Contracts came after the tables on a first deployment: only now can they be registered. */
async function settleTopics({ lambda, say }: DeployDependencies, names: DeploymentNames): Promise<void> {
  const code = 'TOPIC_SYNC_FAILED';
  const answer = (await invokeFunction(lambda, resourceName(names, 'topic-sync'), { code })) ?? {};
  const drift = (answer['drift'] ?? []) as readonly { readonly kind: string; readonly detail: string }[];
  const failed = drift.filter(({ kind }) => kind === 'MENDING_FAILED');
  if (failed.length > 0) {
    throw new DeployError(
      `it is deployed, but ${failed.length} topics are not as wanted: ${failed.map(({ detail }) => detail).join('; ')}`,
      { code, retryable: true, context: { failed } },
    );
  }
  say(`topics are settled: ${JSON.stringify(answer)}`);
}

async function smokeTestOf(
  { smoke, lambda, say }: DeployDependencies,
  names: DeploymentNames,
  outputs: Readonly<Record<string, unknown>>,
): Promise<void> {
  const topicQueueUrls = outputs['topic_queue_urls'] as Readonly<Record<string, string>>;
  const buckets = outputs['buckets'] as Readonly<Record<string, string>>;
  await smokeTest({
    ...smoke,
    databases: outputs['databases'] as Readonly<Record<string, string>>,
    topicQueueUrls,
    queryOutput: `s3://${buckets['archive']}/smoke-test/`,
    say,
  });
  const queueUrl = topicQueueUrls[SMOKE_TOPIC];
  if (queueUrl === undefined) return;
  await switchMapping({
    ...{ ...smoke, lambda, say },
    breaker: resourceName(names, 'circuit-breaker'),
    processor: resourceName(names, 'sqs-processor'),
    topic: tableSafeTopic(SMOKE_TOPIC),
    queueName: queueUrl.split('/').at(-1)!,
  });
}
