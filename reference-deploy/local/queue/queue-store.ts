import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parseReplay, REPLAY_ATTRIBUTE } from '@lean-ops/ingest';
import { inTransaction } from '../database.js';

/** A queue as it is stored. */
export interface Queue {
  readonly id: number;
  readonly arn: string;
  readonly deadLetter: boolean;
}

export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly sentTimestampMs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A message somebody has received; `receipt` is what acknowledges this very receive. */
export interface ReceivedMessage extends StoredMessage {
  readonly receipt: string;
  readonly receiveCount: number;
  readonly firstReceivedMs: number;
  /** The queue it was redriven from; only in a dead-letter queue. */
  readonly sourceArn: string | null;
}

export interface ReceiveOptions {
  readonly max: number;
  readonly visibilityTimeoutMs: number;
  /** Null in a dead-letter queue: nothing is redriven from there. */
  readonly redrive: { readonly maxReceiveCount: number; readonly to: Queue } | null;
  readonly nowMs: number;
}

/** What a queue still holds. */
export interface QueueDepth {
  readonly messages: number;
  /** When the next hidden message shows again; null when none is hidden. */
  readonly nextVisibleAt: number | null;
  /** Whether a running process works on some of them. */
  readonly claimed: boolean;
}

interface MessageRow {
  seq: number;
  message_id: string;
  sent_ms: number;
  receive_count: number;
  first_received_ms: number | null;
  source_arn: string | null;
  body: string;
  attributes: string | null;
}

/**
 * Standard SQS queues in SQLite: at least once, visibility time-out, receive counts, redrive that keeps message id
 * and enqueue time and names the source queue.
 */
export class QueueStore {
  readonly #database: DatabaseSync;
  readonly #ownerId: number;
  readonly #statements: Map<string, StatementSync> = new Map();

  constructor(database: DatabaseSync, ownerId: number) {
    this.#database = database;
    this.#ownerId = ownerId;
  }

  /** The queue with this ARN, created where it is missing. */
  ensure(arn: string, deadLetter = false): Queue {
    this.#prepare('INSERT INTO queues (arn, dead_letter) VALUES (?, ?) ON CONFLICT DO NOTHING').run(
      arn,
      deadLetter ? 1 : 0,
    );
    return toQueue(this.#prepare('SELECT * FROM queues WHERE arn = ?').get(arn) as unknown as QueueRow);
  }

  /** Every queue, in the order of their creation. */
  list(): Queue[] {
    return (this.#prepare('SELECT * FROM queues ORDER BY queue_id').all() as unknown as QueueRow[]).map(
      toQueue,
    );
  }

  /** Adds messages to queues inside the caller's transaction. */
  enqueue(queue: Queue, message: StoredMessage): void {
    const { lastInsertRowid } = this.#prepare(
      'INSERT INTO messages (queue_id, message_id, sent_ms, visible_at, receive_count) VALUES (?, ?, ?, 0, 0)',
    ).run(queue.id, message.messageId, message.sentTimestampMs);
    const attributes =
      Object.keys(message.attributes).length === 0 ? null : JSON.stringify(message.attributes);
    this.#prepare('INSERT INTO bodies (seq, body, attributes) VALUES (?, ?, ?)').run(
      lastInsertRowid,
      message.body,
      attributes,
    );
  }

  /**
   * Takes visible messages, oldest first, and hides them for the visibility time-out. A message that was received
   * as often as its queue allows goes to the dead-letter queue instead.
   */
  receive(queue: Queue, options: ReceiveOptions): ReceivedMessage[] {
    const visible = this.#prepare('SELECT 1 FROM messages WHERE queue_id = ? AND visible_at <= ? LIMIT 1');
    const received: ReceivedMessage[] = [];
    // Messages on their way to the dead-letter queue make room for others, hence the loop.
    while (received.length === 0 && visible.get(queue.id, options.nowMs) !== undefined) {
      received.push(...inTransaction(this.#database, () => this.#receiveOnce(queue, options)));
    }
    return received;
  }

  #receiveOnce(queue: Queue, options: ReceiveOptions): ReceivedMessage[] {
    const { max, nowMs, redrive, visibilityTimeoutMs } = options;
    const rows = this.#prepare(
      `SELECT m.seq, message_id, sent_ms, receive_count, first_received_ms, source_arn, body, attributes
         FROM messages m JOIN bodies USING (seq)
        WHERE queue_id = ? AND visible_at <= ? ORDER BY visible_at, m.seq LIMIT ?`,
    ).all(queue.id, nowMs, max) as unknown as MessageRow[];
    const hide = this.#prepare(
      `UPDATE messages SET visible_at = ?, receive_count = receive_count + 1, owner_id = ?,
              first_received_ms = coalesce(first_received_ms, ?) WHERE seq = ?`,
    );
    const received: ReceivedMessage[] = [];
    for (const row of rows) {
      if (redrive !== null && row.receive_count >= redrive.maxReceiveCount) {
        this.#redrive(row.seq, queue.arn, redrive.to);
        continue;
      }
      hide.run(nowMs + visibilityTimeoutMs, this.#ownerId, nowMs, row.seq);
      received.push(this.#toReceived(row, nowMs));
    }
    return received;
  }

  #redrive(seq: number, sourceArn: string, to: Queue): void {
    this.#prepare(
      `UPDATE messages SET queue_id = ?, visible_at = 0, receive_count = 0, first_received_ms = NULL,
              owner_id = NULL, source_arn = ? WHERE seq = ?`,
    ).run(to.id, sourceArn, seq);
  }

  #toReceived(row: MessageRow, nowMs: number): ReceivedMessage {
    const receiveCount = row.receive_count + 1;
    return {
      receipt: `${row.seq}:${this.#ownerId}:${receiveCount}`,
      messageId: row.message_id,
      body: row.body,
      sentTimestampMs: row.sent_ms,
      attributes: row.attributes === null ? {} : (JSON.parse(row.attributes) as Record<string, string>),
      receiveCount,
      firstReceivedMs: row.first_received_ms ?? nowMs,
      sourceArn: row.source_arn,
    };
  }

  /** Deletes messages. A receipt whose message somebody else received since has no effect. */
  acknowledge(receipts: readonly string[]): void {
    const remove = this.#prepare('DELETE FROM messages WHERE seq = ? AND owner_id = ? AND receive_count = ?');
    const removeBody = this.#prepare('DELETE FROM bodies WHERE seq = ?');
    inTransaction(this.#database, () => {
      for (const receipt of receipts) {
        const [seq, ownerId, count] = receipt.split(':').map(Number) as [number, number, number];
        if (remove.run(seq, ownerId, count).changes === 1) removeBody.run(seq);
      }
    });
  }

  /** Ends the claim on messages that failed; they stay hidden until their visibility time-out. */
  handBack(receipts: readonly string[]): void {
    const release = this.#prepare(
      'UPDATE messages SET owner_id = NULL WHERE seq = ? AND owner_id = ? AND receive_count = ?',
    );
    inTransaction(this.#database, () => {
      for (const receipt of receipts)
        release.run(...(receipt.split(':').map(Number) as [number, number, number]));
    });
  }

  depth(queue: Queue): QueueDepth {
    const row = this.#prepare(
      'SELECT count(*) AS messages, min(visible_at) AS next, count(owner_id) AS claimed FROM messages WHERE queue_id = ?',
    ).get(queue.id) as unknown as { messages: number; next: number | null; claimed: number };
    return { messages: row.messages, nextVisibleAt: row.next, claimed: row.claimed > 0 };
  }

  /** Ids of the messages a queue holds, or that were redriven from it into another; of replayed ones the first id. */
  messageIds(arn: string): string[] {
    const rows = this.#prepare(
      `SELECT message_id, CASE WHEN instr(attributes, ?) > 0 THEN attributes END AS attributes
         FROM messages m JOIN queues q USING (queue_id) JOIN bodies USING (seq)
        WHERE CASE WHEN m.source_arn IS NULL THEN q.arn ELSE m.source_arn END = ?`,
    ).all(REPLAY_ATTRIBUTE, arn) as unknown as { message_id: string; attributes: string | null }[];
    return rows.map((row) => firstId(row.attributes) ?? row.message_id);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function firstId(attributes: string | null): string | null {
  if (attributes === null) return null;
  const mark = (JSON.parse(attributes) as Record<string, string>)[REPLAY_ATTRIBUTE];
  return mark === undefined ? null : (parseReplay(mark)?.sqsMessageId ?? null);
}

interface QueueRow {
  queue_id: number;
  arn: string;
  dead_letter: number;
}

function toQueue(row: QueueRow): Queue {
  return { id: row.queue_id, arn: row.arn, deadLetter: row.dead_letter === 1 };
}
