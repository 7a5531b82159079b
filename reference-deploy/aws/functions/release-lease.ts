import { createHandler } from '../../handlers/release-lease/handler.js';
import { lambdaFunction } from '../runtime.js';
import { openStateStore } from '../state-store.js';

export const handler = lambdaFunction((ports) => createHandler({ state: openStateStore(ports) }));
