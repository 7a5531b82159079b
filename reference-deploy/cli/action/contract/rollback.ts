import { writeFile } from 'node:fs/promises';
import { tableSafeTopic } from '@lean-ops/core';
import { planDeploy } from '../../../contract/deploy/plan-deploy.js';
import { rollbackContract } from '../../../contract/deploy/rollback.js';
import { actorOf } from '../../actor.js';
import type { CommandContext } from '../../command-context.js';
import { UsageError } from '../../usage-error.js';
import type { AddressOptions } from '../dlq/options.js';
import { type DeployWay, deployOne } from './deploy.js';
import { withDeployment } from './open.js';
import { printPlans } from './plan.js';

export interface RollbackCommandOptions extends AddressOptions, DeployWay {
  readonly topic: string;
  readonly to?: string;
  readonly as?: string;
  readonly justification?: string;
  readonly impact?: string;
  readonly dryRun?: boolean;
  readonly out?: string;
}

export async function rollback(options: RollbackCommandOptions, context: CommandContext): Promise<void> {
  const { to, as, justification, impact, out } = options;
  if ((justification === undefined) !== (impact === undefined))
    throw new UsageError('--justification and --impact declare a breaking change together');
  await withDeployment(options, context, async (ports) => {
    const made = await rollbackContract(ports, {
      topic: tableSafeTopic(options.topic),
      ...(to === undefined ? {} : { to }),
      ...(as === undefined ? {} : { as }),
      ...(justification === undefined || impact === undefined ? {} : { reset: { justification, impact } }),
    });
    if (out !== undefined) await writeFile(out, `${JSON.stringify(made.contract, null, 2)}\n`);
    if (options.dryRun === true) {
      await printPlans([await planDeploy(ports, made)], options, context);
      return;
    }
    const note = `rollback of ${made.from} to ${made.to}`;
    const way = { ...options, by: await actorOf(options, context) };
    const outcome = await deployOne(ports, { contract: made.contract, note }, way, context);
    if (options.json === true) await context.stdout.json({ formatVersion: 1, outcomes: [outcome] });
  });
}
