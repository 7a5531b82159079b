import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '@lean-ops/core';
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
  /** Sent as a bearer token; asked for once, before the first event. */
  readonly apiKey?: string | (() => Promise<string>);
  /** Default: five seconds. */
  readonly timeoutMs?: number;
  /** How long a server that did not take an event is left alone: jobs do not wait for one that is down. Default: five minutes. */
  readonly pauseMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** For tests. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Posts events to a server. One try: an event that is lost leaves a gap in a picture, and nothing else. So do those of the
 * minutes after it, which are not sent.
 */
export function httpEmitter(options: HttpEmitterOptions): LineageEmitter {
  const { url, apiKey, timeoutMs = 5_000, pauseMs = 300_000, clock = systemClock } = options;
  const { fetch = globalThis.fetch } = options;
  let key: Promise<string> | undefined;
  const authorization = async (): Promise<{ authorization?: string }> => {
    if (apiKey === undefined) return {};
    key ??= typeof apiKey === 'string' ? Promise.resolve(apiKey) : apiKey();
    return { authorization: `Bearer ${await key}` };
  };
  const post = async (event: RunEvent): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(await authorization()),
      },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  };
  let pausedUntil = 0;
  return {
    async emit(event) {
      if (clock.now() < pausedUntil) return;
      try {
        await post(event);
      } catch (error) {
        key = undefined;
        pausedUntil = clock.now() + pauseMs;
        throw error;
      }
    },
  };
}
