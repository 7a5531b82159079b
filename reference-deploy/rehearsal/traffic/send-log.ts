/** What was sent, by the ids that the queue gave. */
export class SendLog {
  readonly #ids = new Map<string, Set<string>>();
  readonly #originals = new Map<string, string>();

  /** `original` is what the ground truth calls the message; a redelivery repeats it under another id. */
  record(topic: string, sqsMessageId: string, original: string): void {
    const ids = this.#ids.get(topic);
    if (ids === undefined) this.#ids.set(topic, new Set([sqsMessageId]));
    else ids.add(sqsMessageId);
    this.#originals.set(sqsMessageId, original);
  }

  get total(): number {
    return this.#originals.size;
  }

  topics(): readonly string[] {
    return [...this.#ids.keys()].sort();
  }

  /** Ids of the messages of a topic. */
  of(topic: string): ReadonlySet<string> {
    return this.#ids.get(topic) ?? new Set();
  }

  /** What the ground truth calls a message; an id that nobody sent is its own. */
  originalOf(sqsMessageId: string): string {
    return this.#originals.get(sqsMessageId) ?? sqsMessageId;
  }
}
