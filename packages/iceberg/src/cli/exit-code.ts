/** What the command tells its caller. */
export const EXIT = {
  /** All is well. */
  good: 0,
  /** The work failed. */
  failed: 1,
  /** The command was not used rightly, or asked for what is not there. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
