import { S3Storage } from '@lean-ops/iceberg/s3';
import { createHandler } from '../../handlers/reconcile/handler.js';
import { readEnvironment } from '../environment.js';
import { archivedEvidence } from '../evidence.js';
import { layerPorts } from '../layer-ports.js';
import { lambdaFunction } from '../runtime.js';
import { s3Client } from '../s3-client.js';

export const handler = lambdaFunction((ports) => {
  const layers = layerPorts(ports);
  const { warehouse } = readEnvironment(['warehouse']);
  const storage = new S3Storage({ client: s3Client() });
  return createHandler({
    ...layers,
    evidenceOf: archivedEvidence(layers.state.errors),
    scratchOf: (topic) => ({ storage, location: `${warehouse}/reconcile/${topic}` }),
  });
});
