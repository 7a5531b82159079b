import type { Settings } from './setting.js';

/**
 * How long a queue hides a message, in seconds: six times the timeout of the function and the window, as AWS asks for,
 * so that throttled invocations are tried again before another receive counts.
 *
 * @param mapping A key of `mappings.json`.
 */
export function visibilityTimeoutSeconds(
  settings: Pick<Settings, 'mappings' | 'functions'>,
  mapping: string,
): number {
  const { function: target, windowSeconds } = settings.mappings[mapping]!;
  return 6 * settings.functions[target]!.timeoutSeconds + windowSeconds;
}
