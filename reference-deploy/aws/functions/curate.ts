import { createHandler } from '../../handlers/curate/handler.js';
import { layerNames, openCatalog } from '../catalog.js';
import { secretsClient } from '../clients.js';
import { optionalVariable, readEnvironment } from '../environment.js';
import { LEASE_TTL_MS } from '../lease-ttl.js';
import { lineageSetting } from '../lineage.js';
import { readMaskingKey } from '../masking-key.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

const maskingSecret = optionalVariable('LEAN_OPS_MASKING_SECRET');
const maskingKey = maskingSecret === null ? undefined : await readMaskingKey(secretsClient(), maskingSecret);

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...ports,
    state: openStateStore(ports),
    catalog: openCatalog(),
    names: layerNames(readEnvironment(['project', 'environment'])),
    leaseTtlMs: LEASE_TTL_MS,
    ...lineageSetting(),
    ...(maskingKey === undefined ? {} : { maskingKey }),
  }),
);
