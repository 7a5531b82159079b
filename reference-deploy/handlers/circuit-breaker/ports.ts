import type { ProbeResult } from '@lean-ops/ingest';

/** An event source mapping of the SQS processor. */
export interface SwitchableMapping {
  readonly uuid: string;
  readonly queueArn: string;
  /** As Lambda says it: `Enabled`, `Disabled`, or a word for what is under way. */
  readonly state: string;
}

/** The mappings of each topic: more than one while it has an earlier queue still. */
export type TopicMappings = ReadonlyMap<string, readonly SwitchableMapping[]>;

/**
 * Switches mappings on and off through Lambda's control plane. Errors by name: `ResourceNotFoundException` for a mapping
 * that was deleted, anything else is tried again in the next round.
 */
export interface MappingControl {
  /** @param beforeCall Waited for before each call of the control plane. */
  list(beforeCall?: () => Promise<void>): Promise<readonly SwitchableMapping[]>;
  update(uuid: string, change: { readonly enabled: boolean }): Promise<void>;
}

/** Takes at most a few messages of a queue through the processor itself, while its mapping stays off. */
export interface QueueProbe {
  /** Never acknowledges a message that the processor did not vouch for. */
  run(queueArn: string): Promise<ProbeResult>;
}
