// What a rebuild takes besides the jobs that it consists of: the same events through them alone, and through a rebuild.
import { ours, seconds } from '../curate/jobs.mjs';
import { median, withScratch } from '../harness.mjs';
import { alone, compared } from '../rows.mjs';

const EVENTS = 200_000;
/** Least speed of a rebuild, as a part of that of the jobs. */
const FLOOR = 0.7;

export function rebuildSpeed({ runs, say }) {
  return withScratch((folder) => {
    say(`rebuild of ${EVENTS.toLocaleString('en')} events`);
    ours({ job: 'prepare', folder, rows: EVENTS, runs: 1 });
    const jobs = ours({ job: 'rebuild', folder, runs });
    const turns = Array.from({ length: runs }, () => ours({ job: 'historical', folder, runs: 1 }));
    const walls = turns.flatMap((turn) => seconds(turn, 'wall'));
    const unaudited = turns.map(({ result }, turn) => walls[turn] - result.audit);
    const alike = turns.every(({ result }) => result.rows === jobs.result.rows);
    if (!alike) throw new Error('a rebuild ended in another number of rows than the jobs');
    const title = `rebuild of ${EVENTS.toLocaleString('en')} events`;
    return [
      compared(`${title}, wall`, 'the jobs alone', walls, seconds(jobs, 'wall'), { floor: FLOOR }),
      compared(`${title} without its audit, wall`, 'the jobs alone', unaudited, seconds(jobs, 'wall'), {
        floor: FLOOR,
      }),
      alone(`${title}, peak memory`, median(turns.map(({ peakBytes }) => peakBytes / 1e9)), 'GB'),
      alone(`${title}, the jobs alone, peak memory`, jobs.peakBytes / 1e9, 'GB'),
    ];
  });
}
