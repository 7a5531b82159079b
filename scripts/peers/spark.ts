// Spark with Iceberg's own library: the reference that our tables are read, written and maintained with in turn.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPython, onlyWhereAsked, peerHome, quietly, root, setUpOnce } from './set-up.js';

const requirements = join(root, 'scripts', 'peers', 'spark-requirements.txt');
const home = peerHome('spark');
const ICEBERG = { group: 'org.apache.iceberg', name: 'iceberg-spark-runtime-3.5_2.12', version: '1.10.0' };

export interface SparkPeer {
  /** The interpreter of the virtual environment that has PySpark. */
  readonly python: string;
  /** Iceberg's runtime, to be put on Spark's class path. */
  readonly jar: string;
}

export type SparkPeerResult =
  | { readonly peer: SparkPeer; readonly missing: null }
  | { readonly peer: null; readonly missing: string };

/**
 * PySpark and Iceberg's runtime in `.peers/spark`, made on first use (400 MB). Several processes may ask at once.
 * Where it cannot be had, `missing` says what it takes, with `CI=true` too: not every machine that
 * runs the suites has Java and Maven.
 */
export async function ensureSpark(): Promise<SparkPeerResult> {
  const peer = {
    python: join(home, 'bin', 'python'),
    jar: join(home, 'jars', `${ICEBERG.name}-${ICEBERG.version}.jar`),
  };
  try {
    await quietly('java', ['-version']);
    const wanted = createHash('sha256')
      .update(await readFile(requirements))
      .update(JSON.stringify(ICEBERG));
    await setUpOnce(home, wanted.digest('hex'), install);
    return { peer, missing: null };
  } catch (cause) {
    const [first] = (cause as Error).message.split('\n');
    return { peer: null, missing: `needs Java 17, Maven, and Python 3.10 or newer with venv: ${first}` };
  }
}

async function install(): Promise<void> {
  onlyWhereAsked();
  process.stderr.write('setting up Spark with Iceberg in .peers/spark (once)\n');
  await quietly('mvn', [
    '-q',
    '-B',
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
    `-Dartifact=${ICEBERG.group}:${ICEBERG.name}:${ICEBERG.version}`,
    `-DoutputDirectory=${join(home, 'jars')}`,
  ]);
  await installPython(home, requirements);
}
