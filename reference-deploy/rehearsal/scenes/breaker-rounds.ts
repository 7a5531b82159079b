import { setTimeout as sleep } from 'node:timers/promises';
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { invoke } from '../stack/wanted-topics.js';
import type { Theatre } from '../theatre.js';

const TURNS = 8;

/** Lets the breaker's schedule come up until each of some breakers is in a state; their pauses are cut short. */
export async function untilState(
  theatre: Theatre,
  scopes: readonly string[],
  wanted: 'open' | 'closed',
): Promise<string> {
  const { clients, names, state, signal } = theatre;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const rows = await Promise.all(scopes.map((scope) => state.breakers.get(scope)));
    const isWanted = rows.every(
      (row) => (row?.state ?? 'closed') === wanted && row?.mappingHeld === (wanted === 'open'),
    );
    if (isWanted) {
      // A round of the schedule may have begun it and still be switching mappings.
      await invokeAlone(clients, names.of('circuit-breaker'));
      return wanted;
    }
    for (const row of wanted === 'closed' ? rows : [])
      if (row?.nextProbeAt !== null && row?.nextProbeAt !== undefined)
        await state.breakers.save({ ...row, nextProbeAt: Date.now() });
    await invokeAlone(clients, names.of('circuit-breaker'));
    await sleep(500, undefined, { signal });
  }
  const rows = await Promise.all(scopes.map((scope) => state.breakers.get(scope)));
  return rows.map((row) => row?.state ?? 'closed').join(' and ');
}

/** No round of the schedule comes in between: none would wait for all of what is sent. */
export async function withoutRounds<Result>(
  { state: { leases } }: Theatre,
  work: () => Promise<Result>,
): Promise<Result> {
  const request = { resource: 'circuit-breaker', owner: 'rehearsal', ttlMs: 600_000 };
  let lease = await leases.acquire(request);
  for (; lease === null; lease = await leases.acquire(request)) await sleep(500);
  try {
    return await work();
  } finally {
    await leases.release(lease);
  }
}

/** One round runs at a time; that of the schedule's minute may have been first, and the answer is null then. */
async function invokeAlone(clients: Theatre['clients'], name: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if ((await invoke(clients, name)) !== null || attempt === 20) return;
    } catch (error) {
      if ((error as Error).name !== 'TooManyRequestsException' || attempt === 20) throw error;
    }
    await sleep(500);
  }
}

/** Names of the queues whose mappings are off. */
export async function disabledMappings({ clients }: Theatre): Promise<string[]> {
  const off: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await clients.lambda.send(new ListEventSourceMappingsCommand({ Marker }));
    for (const { State, EventSourceArn } of page.EventSourceMappings ?? [])
      if (State !== 'Enabled') off.push(EventSourceArn!.split(':').at(-1)!);
    Marker = page.NextMarker === '' ? undefined : page.NextMarker;
  } while (Marker !== undefined);
  return off.sort();
}
