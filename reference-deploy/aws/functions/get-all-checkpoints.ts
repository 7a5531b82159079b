import { createHandler } from '../../handlers/get-all-checkpoints/handler.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => createHandler({ ...ports, state: openStateStore(ports) }));
