import type { DeployPlan } from '../../../contract/deploy/deploy-plan.js';
import { planDeploy } from '../../../contract/deploy/plan-deploy.js';
import { exitCodeOf, planText } from '../../../contract/deploy/plan-report.js';
import { snowflakeGrants } from '../../../snowflake/grants.js';
import type { CommandContext } from '../../command-context.js';
import { readSnowflakeSettings } from '../../input/read-snowflake-settings.js';
import type { AddressOptions } from '../dlq/options.js';
import { type HeadOptions, headContracts } from './head-contracts.js';
import { withDeployment } from './open.js';

export interface PlanCommandOptions extends AddressOptions, HeadOptions {
  /** File of the Snowflake side's settings. */
  readonly snowflake?: string;
}

export async function plan(options: PlanCommandOptions, context: CommandContext): Promise<void> {
  const contracts = await headContracts(options, context);
  if (contracts === null) return;
  const settings = options.snowflake === undefined ? null : await readSnowflakeSettings(options.snowflake);
  const plans: PrintedPlan[] = [];
  await withDeployment(
    options,
    context,
    async (ports) => {
      for (const { document } of contracts) {
        const { contract } = document;
        const made = await planDeploy(ports, { contract });
        // Those who may read are another's to say: a change of routing changes nothing for them.
        const isSame = settings === null || made.steps.length === 0 || made.operation === 'PURE_REMAP';
        plans.push(isSame ? made : { ...made, grants: snowflakeGrants(contract, settings) });
      }
    },
    { absent: 'elsewhere' },
  );
  await printPlans(plans, options, context);
}

/** A plan, and the statements that somebody runs in Snowflake after it. */
interface PrintedPlan extends DeployPlan {
  readonly grants?: readonly string[];
}

function grantLines({ grants = [] }: PrintedPlan): string[] {
  return grants.length === 0 ? [] : ['  then, in Snowflake:', ...grants.map((grant) => `       ${grant}`)];
}

/** Prints plans, and sets the verdict of their linting. */
export async function printPlans(
  plans: readonly PrintedPlan[],
  { json }: Pick<HeadOptions, 'json'>,
  context: CommandContext,
): Promise<void> {
  const exitCode = exitCodeOf(plans);
  context.verdict = exitCode;
  if (json === true) await context.stdout.json({ formatVersion: 1, exitCode, faults: [], plans });
  else
    await context.stdout.line(
      plans.map((each) => [planText(each), ...grantLines(each)].join('\n')).join('\n\n'),
    );
}
