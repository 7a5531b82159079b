import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The ids of all messages ever sent, per table-safe topic (`unknown` for queues of no topic). */
export class SendLog {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO send_log (topic, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
  }

  /** Inside the caller's transaction: the log and the queue agree at any moment. */
  record(topic: string, messageId: string): void {
    this.#insert.run(topic, messageId);
  }

  /** Distinct messages sent to a topic. */
  count(topic: string): number {
    const row = this.#database
      .prepare('SELECT count(*) AS messages FROM send_log WHERE topic = ?')
      .get(topic) as { messages: number };
    return row.messages;
  }

  /** Every topic something was sent to, sorted. */
  topics(): string[] {
    // Steps from topic to topic along the primary key instead of reading all of it.
    const next = this.#database.prepare('SELECT min(topic) AS topic FROM send_log WHERE topic > ?');
    const found: string[] = [];
    for (let after = ''; ; ) {
      const { topic } = next.get(after) as { topic: string | null };
      if (topic === null) return found;
      found.push(topic);
      after = topic;
    }
  }

  /** In order of the ids; reads in pages, so that nothing holds the database between them. */
  *messageIds(topic: string, pageSize = 10_000): Iterable<string> {
    const page = this.#database.prepare(
      'SELECT message_id FROM send_log WHERE topic = ? AND message_id > ? ORDER BY message_id LIMIT ?',
    );
    let after = '';
    for (;;) {
      const rows = page.all(topic, after, pageSize) as unknown as { message_id: string }[];
      for (const row of rows) yield row.message_id;
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = last.message_id;
    }
  }
}
