import type { Readable } from 'node:stream';
import type { ExitCode } from './exit-code.js';
import type { Output } from './output/output.js';

/** What every command is given: its streams, and a place for its verdict. */
export interface CommandContext {
  readonly stdin: Readable;
  readonly stdout: Output;
  /** Progress and errors. */
  readonly stderr: Output;
  /** Set by a command whose data or check says no. */
  verdict: ExitCode;
}
