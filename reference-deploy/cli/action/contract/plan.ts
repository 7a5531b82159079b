import type { DeployPlan } from '../../../contract/deploy/deploy-plan.js';
import { planDeploy } from '../../../contract/deploy/plan-deploy.js';
import { exitCodeOf, planText } from '../../../contract/deploy/plan-report.js';
import type { CommandContext } from '../../command-context.js';
import type { AddressOptions } from '../dlq/options.js';
import { type HeadOptions, headContracts } from './head-contracts.js';
import { withDeployment } from './open.js';

export interface PlanCommandOptions extends AddressOptions, HeadOptions {}

export async function plan(options: PlanCommandOptions, context: CommandContext): Promise<void> {
  const contracts = await headContracts(options, context);
  if (contracts === null) return;
  const plans: DeployPlan[] = [];
  await withDeployment(options, context, async (ports) => {
    for (const { document } of contracts)
      plans.push(await planDeploy(ports, { contract: document.contract }));
  });
  await printPlans(plans, options, context);
}

/** Prints plans, and sets the verdict of their linting. */
export async function printPlans(
  plans: readonly DeployPlan[],
  { json }: Pick<HeadOptions, 'json'>,
  context: CommandContext,
): Promise<void> {
  const exitCode = exitCodeOf(plans);
  context.verdict = exitCode;
  if (json === true) await context.stdout.json({ formatVersion: 1, exitCode, faults: [], plans });
  else await context.stdout.line(plans.map(planText).join('\n\n'));
}
