import type { TopicContract } from '@lean-ops/core';
import type { SeededRandom } from '../random/seeded-random.js';
import type { JsonTree } from './json-tree.js';

/** What one version of an event says about itself; the profile fills in the rest. */
interface EventVersion {
  readonly eventId: string;
  /** RFC 3339. */
  readonly eventTimestamp: string;
  /** RFC 3339. */
  readonly lastUpdated: string;
}

/** A payload path with the Curated column that is made from it. */
export interface GovernedPath {
  readonly path: string;
  readonly column: string;
}

/** One kind of device: what its events look like and where they can be broken. */
export interface TopicProfile {
  /** As the queue spells it. */
  readonly queueTopic: string;
  readonly contract: TopicContract;
  /** `mixed`: wrapped and bare bodies; `wrapped`: the topic refuses bare ones. */
  readonly bodies: 'mixed' | 'wrapped';
  /** The payload of one version: about 400–500 bytes of nested JSON. The same random state gives the same payload. */
  payload(version: EventVersion, random: SeededRandom): JsonTree;
  /** Critical data elements of the contract. */
  readonly critical: readonly GovernedPath[];
  /** A governed integer, and the highest value that passes the contract. */
  readonly integer: GovernedPath & { readonly max: number };
  /** An optional governed field that some firmware leaves out. */
  readonly optional: GovernedPath;
  /** A governed field and the alias under which newer firmware sends it. */
  readonly renamed: GovernedPath & { readonly alias: string };
  /** A governed field and the deeper path at which newer firmware sends it. */
  readonly nested: GovernedPath & { readonly alias: string };
  /** An ungoverned field whose type nobody relies on. */
  readonly loose: string;
  /** A path of the payload and another that flattens to the same column name. */
  readonly collision: { readonly path: string; readonly rival: string };
  /** Whether the contract makes the idempotency key a critical data element. */
  readonly keyIsCritical: boolean;
}
