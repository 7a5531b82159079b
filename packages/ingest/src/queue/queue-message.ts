/** One message as a queue delivered it. */
export interface QueueMessage {
  /** The queue's own id of the message. */
  readonly messageId: string;
  readonly body: string;
  /** The queue's `SentTimestamp`, milliseconds since the epoch. */
  readonly sentTimestampMs: number;
  /** Message attributes with string values. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Deliveries of this message, this one included. */
  readonly receiveCount: number;
  readonly queueArn: string;
  /** The `MessageGroupId`: the messages of a group of a FIFO queue keep their order. */
  readonly groupId?: string;
}
