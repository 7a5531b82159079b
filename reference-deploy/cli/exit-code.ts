/** What the command line tells its caller. */
export const EXIT = {
  /** All is well. */
  good: 0,
  /** The data, or a check of it, says no. */
  no: 1,
  /** The command was not used rightly. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
