// The Iceberg project's own REST catalog.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  onlyWhereAsked,
  type PeerServer,
  peerHome,
  quietly,
  root,
  setUpOnce,
  startServer,
  unavailable,
  withScratch,
} from './set-up.js';

const sources = join(root, 'scripts', 'peers', 'rest-catalog');
const home = peerHome('rest-catalog');

export type RestCatalogResult =
  | { readonly server: PeerServer; readonly missing: null }
  | { readonly server: null; readonly missing: string };

/**
 * Starts the reference REST catalog, empty, on a free port, its tables in a new temporary folder; it ends with `stop` or
 * with this process. The first use fetches its jars (92 MB) into `.peers/rest-catalog`. Where it cannot be had:
 * `missing` says what it takes; with `CI=true` an error.
 */
export async function startRestCatalog(): Promise<RestCatalogResult> {
  try {
    const wanted = createHash('sha256');
    for (const name of ['pom.xml', 'RestCatalog.java']) wanted.update(await readFile(join(sources, name)));
    await setUpOnce(home, wanted.digest('hex'), async () => {
      onlyWhereAsked();
      process.stderr.write('setting up the Iceberg REST catalog in .peers/rest-catalog (once)\n');
      const pom = join(sources, 'pom.xml');
      const lib = join(home, 'lib');
      await quietly('mvn', [
        '-q',
        '-B',
        'dependency:copy-dependencies',
        '-f',
        pom,
        `-DoutputDirectory=${lib}`,
      ]);
      await quietly('javac', ['-cp', `${lib}/*`, '-d', home, join(sources, 'RestCatalog.java')]);
    });
    const warehouse = await mkdtemp(join(tmpdir(), 'rest-catalog-'));
    const server = await startServer('java', [
      '-Xmx512m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
      '-cp',
      `${home}:${home}/lib/*`,
      'RestCatalog',
      `file://${warehouse}/tables`,
      `${warehouse}/catalog.db`,
    ]);
    return { server: withScratch(server, warehouse), missing: null };
  } catch (cause) {
    return { server: null, missing: unavailable('The Iceberg REST catalog', 'Java 17 and Maven', cause) };
  }
}
