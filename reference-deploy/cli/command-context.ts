import type { CommandContext as TableCommandContext } from '@lean-ops/iceberg/cli';
import type { ExitCode } from './exit-code.js';

/** What every command is given: its streams, the variables that `lean-ops table` reads, and a place for its verdict. */
export interface CommandContext extends TableCommandContext {
  /** Set by a command whose data or check says no. */
  verdict: ExitCode;
}
