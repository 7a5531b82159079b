import { compared } from '../rows.mjs';
import { ours, python, requireSame, script } from './jobs.mjs';

const FILES = 100_000;
const BARS = { floor: 5, goal: 15 };

/** Choosing ten files of 100,000, by their partition and by their column bounds. */
export async function planning({ peers, folder, runs, quick, say }) {
  const rows = [];
  const cases = [
    { manifests: 1, by: 'partition', filter: 'region = 1234' },
    { manifests: 1, by: 'column bounds', filter: 'id >= 5000000 and id < 5010000' },
    { manifests: 100, by: 'partition', filter: 'region = 1234' },
  ];
  for (const manifests of new Set(cases.map((one) => one.manifests))) {
    say(
      `planning: writing ${manifests} manifest${manifests > 1 ? 's' : ''} of ${FILES.toLocaleString('en')} files`,
    );
    const table = `${folder}/${manifests}`;
    script(peers.python, 'plan_table.py', [table, String(FILES), String(manifests)]);
    for (const { by, filter } of cases.filter((one) => one.manifests === manifests)) {
      const title = `plan ${FILES.toLocaleString('en')} files in ${manifests} manifest${manifests > 1 ? 's' : ''}, by ${by}`;
      say(title);
      const job = { job: 'plan', runs, metadata: `${table}/metadata/v1.metadata.json`, filter };
      const theirs = python(peers, { ...job, runs: quick ? 1 : runs, warm: !quick });
      const mine = ours(job);
      requireSame(title, mine.result, theirs.result);
      if (mine.result.length !== 10) throw new Error(`${title}: ${mine.result.length} files were chosen`);
      rows.push(compared(title, 'PyIceberg', mine.seconds, theirs.seconds, BARS));
    }
  }
  return rows;
}
