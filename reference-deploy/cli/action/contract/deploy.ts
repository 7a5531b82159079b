import type { TopicContract } from '@lean-ops/core';
import {
  type DeployOptions,
  type DeployOutcome,
  deployContract,
} from '../../../contract/deploy/deploy-contract.js';
import { planDeploy } from '../../../contract/deploy/plan-deploy.js';
import { planText } from '../../../contract/deploy/plan-report.js';
import type { DeployPorts } from '../../../contract/deploy/ports.js';
import { actorOf } from '../../actor.js';
import type { CommandContext } from '../../command-context.js';
import { EXIT } from '../../exit-code.js';
import { UsageError } from '../../usage-error.js';
import type { AddressOptions } from '../dlq/options.js';
import { type HeadOptions, headContracts } from './head-contracts.js';
import { withDeployment } from './open.js';
import { printPlans } from './plan.js';

export interface DeployCommandOptions extends AddressOptions, HeadOptions, DeployWay {
  readonly expect?: string;
}

/** How a deploy is done. */
export interface DeployWay {
  readonly by?: string;
  /** Seconds. */
  readonly wait: number;
  readonly acceptRawGap?: boolean;
  readonly json?: boolean;
}

export async function deploy(options: DeployCommandOptions, context: CommandContext): Promise<void> {
  const contracts = await headContracts(options, context);
  if (contracts === null) return;
  if (options.expect !== undefined && contracts.length !== 1)
    throw new UsageError('--expect is the plan of one topic: name it with --topic');
  const wanted = contracts.map(({ document }) => document.contract);
  await withDeployment(options, context, (ports) => deployAll(ports, wanted, options, context), {
    absent: 'create',
  });
}

/** None is deployed where one does not pass. */
async function deployAll(
  ports: DeployPorts,
  contracts: readonly TopicContract[],
  options: DeployCommandOptions,
  context: CommandContext,
): Promise<void> {
  const plans = [];
  for (const contract of contracts) plans.push(await planDeploy(ports, { contract }));
  const refused = plans.filter(({ verdict }) => verdict !== 'pass');
  if (refused.length > 0) {
    await printPlans(refused, options, context);
    await context.stderr.line('nothing was deployed');
    return;
  }
  const way = { ...options, by: await actorOf(options, context) };
  const outcomes: object[] = [];
  let failure: unknown;
  for (const contract of contracts) {
    try {
      const { expect } = options;
      const wish = { contract, ...(expect === undefined ? {} : { expect }) };
      outcomes.push(await deployOne(ports, wish, way, context));
    } catch (error) {
      // One topic that is busy keeps no other from its contract.
      failure ??= error;
      const message = error instanceof Error ? error.message : String(error);
      outcomes.push({ topic: contract.topic, outcome: 'failed', error: message });
      if (contracts.length > 1) await context.stderr.line(`${contract.topic}: ${message}`);
    }
  }
  if (options.json === true) await context.stdout.json({ formatVersion: 1, outcomes });
  if (failure !== undefined) throw failure;
}

/** Deploys one contract and says what was done. */
export async function deployOne(
  ports: DeployPorts,
  wish: Pick<DeployOptions, 'contract' | 'queueTopic' | 'expect' | 'note'>,
  { by, wait, acceptRawGap = false, json }: DeployWay & { readonly by: string },
  context: CommandContext,
): Promise<object> {
  const result = await deployContract(ports, {
    ...wish,
    deployedBy: by,
    waitMs: wait * 1000,
    acceptRawGap,
    onProgress: (text) => void context.stderr.line(text),
  });
  if (json !== true) await context.stdout.line(outcomeText(result));
  if (result.outcome === 'refused')
    context.verdict = result.plan.verdict === 'breaking' ? EXIT.no : EXIT.usage;
  const { plan, outcome, finished } = result;
  return { topic: plan.topic, outcome, finished, plan };
}

function outcomeText({ plan, outcome, finished }: DeployOutcome): string {
  const first = finished === null ? [] : [`${plan.topic} ${finished}: deployed; its deploy had been cut off`];
  const said = outcome === 'deployed' ? `${planText(plan)}\n  deployed` : planText(plan);
  return [...first, said].join('\n');
}
