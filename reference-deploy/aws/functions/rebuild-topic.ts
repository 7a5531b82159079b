import { systemRandom } from '@lean-ops/core';
import { createHandler } from '../../handlers/rebuild-topic/handler.js';
import { secretsClient } from '../clients.js';
import { optionalVariable } from '../environment.js';
import { layerPorts } from '../layer-ports.js';
import { LEASE_TTL_MS } from '../lease-ttl.js';
import { readMaskingKey } from '../masking-key.js';
import { lambdaFunction } from '../runtime.js';

const maskingSecret = optionalVariable('LEAN_OPS_MASKING_SECRET');
const maskingKey = maskingSecret === null ? undefined : await readMaskingKey(secretsClient(), maskingSecret);

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...layerPorts(ports),
    random: systemRandom,
    leaseTtlMs: LEASE_TTL_MS,
    ...(maskingKey === undefined ? {} : { maskingKey }),
  }),
);
