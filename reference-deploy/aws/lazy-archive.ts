import type { Archive } from '@lean-ops/ingest';
import { readEnvironment } from './environment.js';

/**
 * The archive of the environment, whose client is loaded when the first message is archived: S3's is the largest part
 * of the SQS processor, and most of its instances never quarantine anything.
 */
export function lazyArchive(
  load: () => Promise<{ openArchive(): Archive }> = () => import('./archive.js'),
): Archive {
  // A wrong environment shows at the start all the same.
  readEnvironment(['archiveBucket']);
  let opening: Promise<Archive> | undefined;
  const open = async (): Promise<Archive> => {
    const loading = opening ?? load().then(({ openArchive }) => openArchive());
    opening = loading;
    try {
      return await loading;
    } catch (error) {
      // An instance lives for hours: the next message tries again.
      if (opening === loading) opening = undefined;
      throw error;
    }
  };
  return {
    put: async (message) => await (await open()).put(message),
    get: async (key) => await (await open()).get(key),
    list: async function* (filter) {
      yield* (await open()).list(filter);
    },
  };
}
