import { rawTableName } from '@lean-ops/ingest/iceberg';
import { createHandler } from '../../handlers/firehose-transform/handler.js';
import { databaseName } from '../../settings/names.js';
import { readEnvironment } from '../environment.js';
import { lambdaFunction } from '../runtime.js';

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...ports,
    namespace: databaseName(readEnvironment(['project', 'environment']), 'raw'),
    destinationTable: rawTableName,
  }),
);
