// Preloaded into a measured process (`node --import`): writes what it used to the file in LEAN_OPS_MEASURE when it ends.
import { writeFileSync } from 'node:fs';

const file = process.env.LEAN_OPS_MEASURE;
if (file !== undefined) {
  process.once('exit', () => {
    const used = process.resourceUsage();
    writeFileSync(
      file,
      JSON.stringify({
        wallSeconds: performance.now() / 1000,
        cpuSeconds: (used.userCPUTime + used.systemCPUTime) / 1e6,
        peakBytes: used.maxRSS * 1024,
      }),
    );
  });
}
