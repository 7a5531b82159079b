import type { Clock, ErrorTracker, Random, Sleep, TopicRegistry } from '@lean-ops/core';
import type { Archive, RawSink } from '@lean-ops/ingest';

/** A message on its way back to its queue. */
export interface ReplayMessage {
  /** The queue it once came from. */
  readonly queueArn: string;
  /** As it once was, byte for byte. */
  readonly body: string;
  /** Its own attributes and the mark of the replay. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The same for the same attempt: a FIFO queue takes it once. */
  readonly deduplicationId: string;
}

/** Where messages go to be processed again. */
export interface ReplayQueue {
  /**
   * Durable when it resolves; a message may arrive more than once.
   *
   * @throws {DeadLetterError} `REPLAY_REFUSED` for a message that will never be taken. Anything else is judged by
   * `classifyError`.
   */
  send(message: ReplayMessage): Promise<void>;
}

/** Calls the functions of the platform's state machines: in this process, or where they are deployed. */
export interface TaskCaller {
  /** Rejects with what the function threw. */
  call(name: string, input: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Names the caller of a series of tasks: the owner of leases. */
  newExecutionId(): string;
}

/** The part of a deployment that dead letters are kept in and sent back to. */
export interface DeadLetterPorts {
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly registry: Pick<TopicRegistry, 'get' | 'list'>;
  readonly queue: ReplayQueue;
  /** Takes records that could not be delivered: they are behind the queue already. */
  readonly sink: RawSink;
  /** Whether the RAW table of a topic is there. */
  readonly hasRawTable: (topic: string) => Promise<boolean>;
  readonly tasks: TaskCaller;
  /** First and second part of the queues' names. */
  readonly names: { readonly project: string; readonly environment: string };
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
}
