/** The command line was used wrongly: an option, an argument, or a file that one of them names. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault of the data or the machine that the user can act on, told without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
