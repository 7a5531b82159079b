import { systemRandom, tableSafeTopic } from '@lean-ops/core';
import { awaitRebuilder, type RebuilderOptions, startRebuilder } from '../../rebuild/aws/rebuilder.js';
import { actorOf } from '../actor.js';
import type { CommandContext } from '../command-context.js';
import { printRebuild } from '../output/rebuild-result.js';
import { CommandError } from '../usage-error.js';
import { awsAddress, inWords } from './dlq/open.js';
import type { RebuildCommandOptions } from './rebuild.js';
import { notRegistered } from './topics/not-registered.js';

/** Starts the Historical Rebuilder of a deployment and awaits it. */
export async function rebuildOnAws(options: RebuildCommandOptions, context: CommandContext): Promise<void> {
  const address = awsAddress(options, context);
  const topic = tableSafeTopic(options.topic);
  const { openAwsDeployment } = await import('../../contract/deploy/aws/open.js');
  try {
    const { ports, rebuilder, close } = await openAwsDeployment(address);
    try {
      const { topics } = ports.state;
      if ((await topics.get(topic)) === null) throw await notRegistered(options.topic, topics);
      await run(topic, rebuilder, options, context);
    } finally {
      await close();
    }
  } catch (error) {
    throw inWords(error);
  }
}

async function run(
  topic: string,
  rebuilder: RebuilderOptions,
  options: RebuildCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { acceptRawGap = false, abandon = false, json } = options;
  const { stdout, stderr } = context;
  const onProgress = (text: string): void => void stderr.line(text);
  const request = { requested_by: await actorOf(options, context), accept_raw_gap: acceptRawGap, abandon };
  const name = `rebuild-${systemRandom.uuid()}`;
  // Names of this kind are used once.
  const execution = (await startRebuilder(rebuilder, name, { topic_name: topic, ...request })) as string;
  onProgress(`${topic}: execution ${execution}`);
  const { status, turn, reason } = await awaitRebuilder(rebuilder, execution, { topic, onProgress });
  if (turn === null)
    throw new CommandError(
      `the rebuild of ${topic} ended as ${status}${reason === '' ? '' : ` (${reason})`}. What was begun stands: run this again to go on with it, or with --abandon to have everything as it was`,
    );
  const { generation, contract_version: contractVersion, rows, carried } = turn;
  const result = { topic, status: turn.status, generation, contractVersion, rows, carried };
  if (json === true) await stdout.json(result);
  else await printRebuild(result, stdout);
}
