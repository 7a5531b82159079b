import type { Lease } from '@lean-ops/core';
import { highestFencingToken } from '@lean-ops/curate';
import { deployResource, topicResource } from '../../handlers/shared/lease.js';
import { ContractToolError } from '../contract-tool-error.js';
import type { DeployPorts } from './ports.js';

export interface ClaimOptions {
  readonly topic: string;
  readonly owner: string;
  /** How long to wait for whoever has it, milliseconds. */
  readonly waitMs: number;
  readonly onWait?: (text: string) => void;
}

const POLL_MS = 1_000;

/** Keeps other deploys of a topic out. @throws {ContractToolError} `TOPIC_BUSY`. */
export async function claimDeploy(ports: DeployPorts, options: ClaimOptions): Promise<Lease> {
  return await claim(ports, { ...options, resource: deployResource(options.topic), who: 'another deploy' });
}

/** Keeps runs away from the topic's tables, under a token above all that they hold. @throws {ContractToolError} `TOPIC_BUSY`. */
export async function claimTopic(ports: DeployPorts, options: ClaimOptions): Promise<Lease> {
  return await claim(ports, { ...options, resource: topicResource(options.topic), who: 'a run' });
}

async function claim(
  ports: DeployPorts,
  { topic, owner, waitMs, onWait, resource, who }: ClaimOptions & { resource: string; who: string },
): Promise<Lease> {
  const { state, catalog, names, clock, sleep, leaseTtlMs, releaseDead } = ports;
  const until = clock.now() + waitMs;
  for (let waits = 0; ; waits += 1) {
    await releaseDead?.(resource);
    const above = await highestFencingToken(catalog, topic, names);
    const lease = await state.leases.acquire({ resource, owner, ttlMs: leaseTtlMs, above });
    if (lease !== null) return lease;
    const held = await state.leases.get(resource);
    if (held === null) continue;
    const end = new Date(held.expiresAt).toISOString();
    if (clock.now() >= until)
      throw new ContractToolError(
        `${who} has topic ${topic} (${held.owner}, until ${end} at the latest): nothing was changed; run the deploy again when it is over, or wait for it with --wait`,
        { code: 'TOPIC_BUSY', retryable: true, context: { topic, owner: held.owner } },
      );
    if (waits === 0) onWait?.(`${who} has topic ${topic}, waiting for it`);
    await sleep(Math.min(POLL_MS, Math.max(until - clock.now(), 1)));
  }
}

/**
 * Does work that may take longer than a lease, and renews leases meanwhile. By the real time: under a clock that somebody
 * moves by hand no lease ends by itself. One that is lost all the same is told by the next step.
 */
export async function keepingLeases<T>(
  { state, leaseTtlMs }: Pick<DeployPorts, 'state' | 'leaseTtlMs'>,
  leases: readonly Lease[],
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => {
    for (const lease of leases) state.leases.renew(lease, leaseTtlMs).catch(() => {});
  }, leaseTtlMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** @throws {ContractToolError} `DEPLOY_LOST`. */
export async function renewed(ports: DeployPorts, lease: Lease): Promise<Lease> {
  const again = await ports.state.leases.renew(lease, ports.leaseTtlMs);
  if (again !== null) return again;
  throw lost(lease.resource);
}

/** Another process goes on with what this one had begun. */
export function lost(what: string): ContractToolError {
  return new ContractToolError(
    `${what} has passed to another process, which goes on with the deploy: look at lean-ops contract history, and run the deploy again if it is not there`,
    { code: 'DEPLOY_LOST', context: { what } },
  );
}
