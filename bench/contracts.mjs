// What changes of contracts cost: judging a whole repository of them, as a pull request does.
import { join } from 'node:path';
import { rebuildSpeed } from './contracts/rebuild-speed.mjs';
import { writeRepository } from './contracts/repository.mjs';
import { runMeasured, withScratch } from './harness.mjs';
import { alone, bounded } from './rows.mjs';

export const name = 'contracts';

const TOPICS = 700;
const FORMS = { json: 'JSON', yaml: 'YAML', openapi: 'OpenAPI' };

export async function run({ runs, quick, say }) {
  const rows = [];
  for (const [form, spelled] of Object.entries(quick ? { json: 'JSON' } : FORMS)) {
    const measured = withScratch((folder) => {
      const { base, head } = writeRepository(folder, { count: TOPICS, form });
      return Array.from({ length: runs }, (_, turn) => {
        say(`lint of ${TOPICS} contracts in ${spelled}, run ${turn + 1} of ${runs}`);
        // A lint that does not pass ends with another exit code, and its time means nothing.
        return runMeasured(
          ['reference-deploy/dist/lean-ops.js', 'contract', 'lint', '--base', base, '--head', head],
          join(folder),
        );
      });
    });
    const what = `lint of ${TOPICS} contracts of 40 columns against those before, ${spelled}`;
    rows.push(
      bounded(
        `${what}, wall`,
        measured.map(({ wallSeconds }) => wallSeconds),
        { limit: 3, unit: 's' },
      ),
      alone(
        `${what}, peak memory`,
        measured.map(({ peakBytes }) => peakBytes / 1e9),
        'GB',
      ),
    );
  }
  return [...rows, ...rebuildSpeed({ runs: quick ? 1 : runs, say })];
}
