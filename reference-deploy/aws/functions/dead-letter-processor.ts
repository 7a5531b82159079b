import { createHandler } from '../../handlers/dead-letter-processor/handler.js';
import { openArchive } from '../archive.js';
import { readEnvironment } from '../environment.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) =>
  createHandler({
    ...ports,
    ...readEnvironment(['project', 'environment']),
    archive: openArchive(),
    tracker: openStateStore(ports).errors,
  }),
);
