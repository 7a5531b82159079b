/** The command was used wrongly: an address, an option, or a file that one of them names. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A fault that the user can act on, told without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
