import type { Table } from '../table/table.js';
import type { CommandContext } from './command-context.js';
import type { TimeOrAge } from './option-values.js';
import { Progress } from './output/progress.js';

/** One run of a command: its surroundings, the signal that ends it, and the table it is about once that is open. */
export class Session {
  readonly context: CommandContext;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly now: () => number;
  /** Set when a table was opened: what the user misspelled is looked for in it. */
  table: Table | null = null;

  constructor(context: CommandContext, signal: AbortSignal) {
    this.context = context;
    this.signal = signal;
    this.now = context.now ?? Date.now;
    this.progress = new Progress(context.stderr, this.now);
  }

  /** When a time is, or was so long ago. */
  momentOf(time: TimeOrAge): Date {
    return 'at' in time ? time.at : new Date(this.now() - time.ageMs);
  }

  /** A remark for people, beside the output. */
  async note(text: string): Promise<void> {
    this.progress.clear();
    await this.context.stderr.line(text);
  }
}
