import { createHandler } from '../../handlers/flush-ops/handler.js';
import { layerPorts } from '../layer-ports.js';
import { LEASE_TTL_MS } from '../lease-ttl.js';
import { lambdaFunction } from '../runtime.js';

export const handler = lambdaFunction((ports) => {
  const { state, clock, catalog, names } = layerPorts(ports);
  return createHandler({
    clock,
    outbox: state.outbox,
    leases: state.leases,
    catalog,
    names,
    leaseTtlMs: LEASE_TTL_MS,
  });
});
