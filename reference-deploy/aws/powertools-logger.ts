import type { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { LogFields, Logger, LogLevel } from '@lean-ops/core';

/** Names that Powertools keeps for itself, and would drop with a warning. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'message', 'sampling_rate', 'service', 'timestamp']);

/** Our logger over the one of Powertools, which adds the function, the request and the trace to every line. */
export function powertoolsLogger(powertools: PowertoolsLogger, bound: LogFields = {}): Logger {
  const line =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      powertools[level](message, unreserved({ ...bound, ...fields }));
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => powertoolsLogger(powertools, { ...bound, ...fields }),
  };
}

function unreserved(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
  );
}
