// The libraries that are measured against: installed on first use into git-ignored folders of `.peers`.
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The set-up is shared with the test suites, which are TypeScript: imports of `./x.js` mean `./x.ts`.
registerHooks({
  resolve(specifier, context, next) {
    const own = context.parentURL?.includes('/scripts/peers/') && specifier.startsWith('./');
    return next(own ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
const { ensurePythonPeers } = await import('../../scripts/peers/python.ts');
const { ensureSpark } = await import('../../scripts/peers/spark.ts');
const { peerHome, quietly, setUpOnce } = await import('../../scripts/peers/set-up.ts');

/** hyparquet is what icebird, whose own read call takes no local files, reads with. Only measured, so no dependency. */
const HYPARQUET = ['hyparquet@1.31.5', 'hyparquet-compressors@1.1.1'];

export async function pythonPeers() {
  const { peers, missing } = await ensurePythonPeers();
  if (missing !== null) throw new Error(`PyIceberg and DuckDB ${missing}`);
  return peers;
}

/** `null` where Spark cannot be had, saying why. */
export async function sparkPeer(say) {
  process.env.LEAN_OPS_TEST ??= 'full';
  const { peer, missing } = await ensureSpark();
  if (missing !== null) say(`Spark is left out: it ${missing}`);
  return peer;
}

/** The address of hyparquet's modules. */
export async function hyparquetFolder() {
  const home = peerHome('hyparquet');
  await setUpOnce(home, HYPARQUET.join(' '), () =>
    quietly('npm', [
      'install',
      '--prefix',
      home,
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      ...HYPARQUET,
    ]),
  );
  return pathToFileURL(join(home, 'node_modules', '/')).href;
}
