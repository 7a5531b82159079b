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
    // Each in a process of its own, by turns: a rebuild is one, and what came before would warm the other up.
    const jobs = [];
    const turns = [];
    for (let turn = 0; turn < runs; turn++) {
      jobs.push(ours({ job: 'rebuild', folder, runs: 1 }));
      turns.push(ours({ job: 'historical', folder, runs: 1 }));
    }
    const jobWalls = jobs.flatMap((turn) => seconds(turn, 'wall'));
    const walls = turns.flatMap((turn) => seconds(turn, 'wall'));
    const unaudited = turns.map(({ result }, turn) => walls[turn] - result.audit);
    const [{ result: expected }] = jobs;
    const alike = turns.every(({ result }) => result.rows === expected.rows);
    if (!alike) throw new Error('a rebuild ended in another number of rows than the jobs');
    const title = `rebuild of ${EVENTS.toLocaleString('en')} events`;
    const peak = (runs) => median(runs.map(({ peakBytes }) => peakBytes / 1e9));
    return [
      compared(`${title}, wall`, 'the jobs alone', walls, jobWalls, { floor: FLOOR }),
      compared(`${title} without its audit, wall`, 'the jobs alone', unaudited, jobWalls, { floor: FLOOR }),
      alone(`${title}, peak memory`, peak(turns), 'GB'),
      alone(`${title}, the jobs alone, peak memory`, peak(jobs), 'GB'),
    ];
  });
}
