import { systemSleep, tableSafeTopic } from '@lean-ops/core';
import { type RebuildProgress, rebuildUnderWay } from '@lean-ops/curate';
import { EmbeddedPlatform } from '../../local/index.js';
import { progressText } from '../../rebuild/progress-text.js';
import { actorOf } from '../actor.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { interruptible } from '../interruptible.js';
import { maskingKeyOf } from '../masking-key.js';
import { printRebuild } from '../output/rebuild-result.js';
import { UsageError } from '../usage-error.js';
import type { AddressOptions } from './dlq/options.js';

export interface RebuildCommandOptions extends AddressOptions {
  readonly topic: string;
  readonly acceptRawGap?: boolean;
  readonly abandon?: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** A run that has the topic ends within this. */
const WAIT_MS = 15 * 60_000;
/** Between two lines of progress, where nobody looks at a terminal. */
const TELL_EVERY_MS = 5_000;

export async function rebuild(options: RebuildCommandOptions, context: CommandContext): Promise<void> {
  const { warehouse, aws = false, acceptRawGap, abandon, json } = options;
  if (aws) {
    const { rebuildOnAws } = await import('./rebuild-aws.js');
    return await rebuildOnAws(options, context);
  }
  if (warehouse === undefined)
    throw new UsageError('say where: --warehouse <folder>, or --aws with --project and --env');
  await requireWarehouse(warehouse);
  const requestedBy = await actorOf(options, context);
  const platform = await EmbeddedPlatform.open({ warehouse, ...maskingKeyOf(context) });
  try {
    const result = await interruptible(
      async (signal) =>
        await platform.rebuild({
          topic: tableSafeTopic(options.topic),
          requestedBy,
          signal,
          wait: { forMs: WAIT_MS, sleep: systemSleep },
          onProgress: teller(context),
          ...(acceptRawGap === true ? { acceptRawGap } : {}),
          ...(abandon === true ? { abandon } : {}),
        }),
    );
    if (json === true) await context.stdout.json(result);
    else await printRebuild(result, context.stdout);
  } catch (error) {
    await tellWhatStands(platform, tableSafeTopic(options.topic), context);
    throw error;
  } finally {
    await platform.close();
  }
}

/** A rebuild that was begun waits for somebody. */
async function tellWhatStands(
  { state }: Pick<EmbeddedPlatform, 'state'>,
  topic: string,
  { stderr }: CommandContext,
): Promise<void> {
  const begun = await rebuildUnderWay(state.journals, topic);
  if (begun === null) return;
  await stderr.line(
    `${topic} stays in rebuild ${begun.generation}, and no round takes it: the same command goes on with it, --abandon gives it up`,
  );
}

function teller({ stderr }: CommandContext): (progress: RebuildProgress) => void {
  let toldAt = 0;
  let step = '';
  return (progress) => {
    const now = performance.now();
    const isNews = progress.step !== step || progress.rows === progress.totalRows;
    if (!isNews && now - toldAt < TELL_EVERY_MS) return;
    [toldAt, step] = [now, progress.step];
    void stderr.line(progressText(progress));
  };
}
