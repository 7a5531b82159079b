import { HandlerError } from './error.js';

/** The error name that every `Retry` of our state machines names. */
export const RETRYABLE = 'LeanOps.Retryable';

/**
 * An error as Step Functions sees it: Lambda reports an error's `name`, and `Retry` and `Catch` match on that alone.
 * The name is {@link RETRYABLE} where the same call may succeed later, else the stable code.
 */
class TaskError extends Error {
  constructor(name: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = name;
  }
}

/** Runs a task's work and names its errors for the state machine. */
export async function asTask<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toTaskError(error);
  }
}

function toTaskError(error: unknown): TaskError {
  if (error instanceof TaskError) return error;
  if (!(error instanceof Error)) return new TaskError('Error', String(error), error);
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  if (retryable === true) return new TaskError(RETRYABLE, withCode(error.message, code), error);
  return new TaskError(typeof code === 'string' ? code : error.name, error.message, error);
}

function withCode(message: string, code: unknown): string {
  return typeof code === 'string' ? `${code}: ${message}` : message;
}

/** The text field of a task's input. */
export function textField(input: unknown, field: string): string {
  const value = (input as Record<string, unknown> | null)?.[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new HandlerError(
    `the task input lacks ${JSON.stringify(field)}: ${JSON.stringify(input)?.slice(0, 200)}`,
    {
      code: 'EVENT_INVALID',
      context: { field },
    },
  );
}
