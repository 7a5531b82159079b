import type { OutgoingMessage, Platform } from '../../local/index.js';

export interface MessageSenderOptions {
  /** Messages that are sent and pumped together. Default 10,000. */
  readonly maxMessages?: number;
  /** Characters of bodies that are held at most. Default 16 Mi. */
  readonly maxCharacters?: number;
  /** Called before a batch is sent, with its last message. */
  readonly beforeBatch?: (last: OutgoingMessage) => void;
}

/** Sends messages in batches and carries each batch into RAW before it takes the next. */
export class MessageSender {
  readonly #platform: Pick<Platform, 'send' | 'pump'>;
  readonly #maxMessages: number;
  readonly #maxCharacters: number;
  readonly #beforeBatch: ((last: OutgoingMessage) => void) | undefined;
  #batch: OutgoingMessage[] = [];
  #characters = 0;
  #sent = 0;
  readonly #topics = new Set<string>();

  constructor(platform: Pick<Platform, 'send' | 'pump'>, options: MessageSenderOptions = {}) {
    const { maxMessages = 10_000, maxCharacters = 16 * 1024 * 1024, beforeBatch } = options;
    this.#platform = platform;
    this.#maxMessages = maxMessages;
    this.#maxCharacters = maxCharacters;
    this.#beforeBatch = beforeBatch;
  }

  /** Messages that have left, deliveries of the same id counted each. */
  get sent(): number {
    return this.#sent;
  }

  /** Topics that they count under. */
  get topics(): readonly string[] {
    return [...this.#topics];
  }

  async send(message: OutgoingMessage): Promise<void> {
    this.#batch.push(message);
    this.#characters += message.body.length;
    if (this.#batch.length >= this.#maxMessages || this.#characters >= this.#maxCharacters)
      await this.flush();
  }

  /** Sends what is held and waits until it is in RAW, or in quarantine. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    const last = batch.at(-1);
    if (last === undefined) return;
    this.#batch = [];
    this.#characters = 0;
    this.#beforeBatch?.(last);
    for (const topic of await this.#platform.send(batch)) this.#topics.add(topic);
    await this.#platform.pump();
    this.#sent += batch.length;
  }
}
