/** An event source mapping of the processor. */
export interface TopicMapping {
  readonly uuid: string;
  readonly queueArn: string;
  /** As Lambda says it: `Enabled`, `Disabled`, or on the way from one to another. */
  readonly state: string;
  /** Whether the processor's answer counts per message. Without it every message of a batch is acknowledged. */
  readonly reportsFailures: boolean;
  /** When it was last changed, milliseconds since the epoch; null where Lambda does not say. */
  readonly changedAt: number | null;
}

/** A change of a mapping; what is left out stays. */
export interface MappingChange {
  readonly enabled?: true;
  readonly reportsFailures?: true;
}

/** The event source mappings of the processor. */
export interface TopicMappings {
  /** @param beforeCall Waited for before each call of the control plane. */
  list(beforeCall?: () => Promise<void>): Promise<readonly TopicMapping[]>;
  update(uuid: string, change: MappingChange): Promise<void>;
}

/** The queues of the deployment. */
export interface TopicQueues {
  arnOf(queueTopic: string, fifo: boolean): string;
  exists(queueTopic: string, fifo: boolean): Promise<boolean>;
}
