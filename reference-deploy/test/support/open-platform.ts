import { immediateSleep, ManualClock } from '@lean-ops/core';
import { type EmbeddedOptions, EmbeddedPlatform } from '../../local/index.js';

/** A platform whose clock stands at `nowMs` and moves only when somebody sleeps. */
export async function openPlatform(
  warehouse: string,
  nowMs: number,
  options: Partial<EmbeddedOptions> = {},
): Promise<EmbeddedPlatform> {
  const clock = new ManualClock(nowMs);
  return await EmbeddedPlatform.open({ warehouse, clock, sleep: immediateSleep(clock), ...options });
}

/** Opens, uses and closes a platform. */
export async function withPlatform<T>(
  warehouse: string,
  nowMs: number,
  use: (platform: EmbeddedPlatform) => Promise<T>,
  options: Partial<EmbeddedOptions> = {},
): Promise<T> {
  const platform = await openPlatform(warehouse, nowMs, options);
  try {
    return await use(platform);
  } finally {
    await platform.close();
  }
}
