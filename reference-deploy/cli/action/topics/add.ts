import { tableSafeTopic } from '@lean-ops/core';
import { addTopic, refuseRegistered } from '../../../contract/deploy/add-topic.js';
import { changeTopic } from '../../../handlers/shared/change-topic.js';
import { actorOf } from '../../actor.js';
import type { CommandContext } from '../../command-context.js';
import { readContract } from '../../folder/read-contract.js';
import { deployOne } from '../contract/deploy.js';
import { withDeployment } from '../contract/open.js';
import type { AddTopicCommandOptions } from './options.js';

export async function addTopicCommand(
  queueTopic: string,
  options: AddTopicCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { schedule } = options;
  const by = await actorOf(options, context);
  const topic = tableSafeTopic(queueTopic);
  const contract = options.contract === undefined ? null : await readContract(options.contract, queueTopic);
  await withDeployment(
    options,
    context,
    async (ports) => {
      if (contract === null) {
        await addTopic(ports, {
          queueTopic,
          topic,
          addedBy: by,
          ...(schedule === undefined ? {} : { schedule }),
        });
        await context.stdout.line(`${topic} is enabled; it has no contract and stops at Standardized`);
        return;
      }
      await refuseRegistered(ports, topic);
      await deployOne(ports, { contract, queueTopic }, { ...options, by }, context);
      if (schedule === undefined) return;
      await changeTopic(ports.state.topics, topic, (row) => ({
        ...row,
        schedule,
        updatedAt: ports.clock.now(),
      }));
    },
    { absent: 'create' },
  );
}
