import type { Random, StateStore } from '@lean-ops/core';
import { rebuildUnderWay } from '@lean-ops/curate';
import {
  abandonTopicRebuild,
  type RebuildParts,
  type RebuildTopicOptions,
  type RebuildTopicResult,
  rebuildTopic,
} from '../rebuild/rebuild-topic.js';
import { newExecution, releaseDeadLeases } from './orchestrator.js';

export interface EmbeddedRebuildOptions
  extends Pick<
    RebuildTopicOptions,
    'topic' | 'contract' | 'requestedBy' | 'acceptRawGap' | 'onProgress' | 'signal' | 'wait'
  > {
  /** Gives up the rebuild that the topic is in. Default false. */
  readonly abandon?: boolean;
}

/** What a rebuild of this process ended with; a generation that was given up. */
export type EmbeddedRebuildResult =
  | RebuildTopicResult
  | { readonly topic: string; readonly status: 'abandoned'; readonly generation: number | null };

/** Rebuilds a topic in this process, or gives its rebuild up. What a killed process left is taken over. */
export async function runRebuild(
  parts: Omit<RebuildParts, 'owner' | 'state' | 'random'> & {
    readonly state: StateStore;
    readonly random: Random;
  },
  { abandon = false, ...options }: EmbeddedRebuildOptions,
): Promise<EmbeddedRebuildResult> {
  await releaseDeadLeases(parts.state);
  const owned = { ...parts, ...options, owner: newExecution(parts.random).id };
  if (!abandon) return await rebuildTopic(owned);
  const begun = await rebuildUnderWay(parts.state.journals, options.topic);
  const { topic, generation } = await abandonTopicRebuild(owned);
  return { topic, status: 'abandoned', generation: generation ?? begun?.generation ?? null };
}
