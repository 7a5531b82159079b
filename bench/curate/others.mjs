// The engines that are measured against: installed on first use into git-ignored folders of `.peers`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import '../iceberg/others.mjs';

const { installPython, peerHome, setUpOnce } = await import('../../scripts/peers/set-up.ts');
const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** The interpreter of an environment with DuckDB, Polars and dlt. */
export async function enginesPython(say) {
  const home = peerHome('bench');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  await setUpOnce(home, wanted, async () => {
    say('setting up DuckDB, Polars and dlt in .peers/bench (once)');
    await installPython(home, requirements);
  });
  return join(home, 'bin', 'python');
}
