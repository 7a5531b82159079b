import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a running process so that others on the same machine can tell whether it still runs. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in the operating system's own ticks; null where it does not say. */
  readonly started: string | null;
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startTicks(process.pid) };
}

/**
 * Whether a process certainly no longer runs. A process on another machine never counts as dead: its claims end
 * by their own time-out.
 */
export function isDead(identity: ProcessIdentity): boolean {
  if (identity.host !== hostname()) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  // The number may have been given to another process since.
  const started = startTicks(identity.pid);
  return started !== null && identity.started !== null && started !== identity.started;
}

export function formatIdentity(identity: ProcessIdentity): string {
  return JSON.stringify([identity.host, identity.pid, identity.started]);
}

/** Null for text that is not an identity. */
export function parseIdentity(text: string): ProcessIdentity | null {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parts)) return null;
  const [host, pid, started] = parts as unknown[];
  if (typeof host !== 'string' || typeof pid !== 'number') return null;
  return { host, pid, started: typeof started === 'string' ? started : null };
}

function startTicks(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name, in parentheses, may itself hold spaces and parentheses.
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return afterName[0] === 'Z' ? 'ended' : (afterName[19] ?? null);
  } catch {
    return null;
  }
}
