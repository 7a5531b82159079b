import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunEvent } from './open-lineage.js';

/** Where lineage events go. What it throws is logged; a job never fails for its lineage. */
export interface LineageEmitter {
  emit(event: RunEvent): Promise<void>;
}

/** Appends events to a file, one JSON object a line. */
export function fileEmitter(path: string): LineageEmitter {
  return {
    async emit(event) {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, `${JSON.stringify(event)}\n`);
    },
  };
}

/** How a server of OpenLineage is reached. */
export interface HttpEmitterOptions {
  /** The whole address, `https://marquez.example/api/v1/lineage` for instance. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly apiKey?: string;
  /** Default: five seconds. */
  readonly timeoutMs?: number;
  /** For tests. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Posts events to a server. One try: an event that is lost leaves a gap in a picture, and nothing else. */
export function httpEmitter(options: HttpEmitterOptions): LineageEmitter {
  const { url, apiKey, timeoutMs = 5_000, fetch = globalThis.fetch } = options;
  return {
    async emit(event) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify(event),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    },
  };
}
