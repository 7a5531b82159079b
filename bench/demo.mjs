// The demo as a whole process: time, memory, and how the cost of an event grows with their number.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, runMeasured, withScratch } from './harness.mjs';

export const name = 'demo';

export async function run({ runs, quick, say }) {
  const small = quick ? 20_000 : 50_000;
  const large = quick ? 100_000 : 500_000;
  const usage = {};
  for (const events of quick ? [small, large] : [small, 100_000, large]) {
    const measured = [];
    for (let turn = 0; turn < runs; turn += 1) {
      say(`demo, ${events.toLocaleString('en')} events, run ${turn + 1} of ${runs}`);
      measured.push(demo(events));
    }
    usage[events] = {
      wall: median(measured.map((m) => m.wallSeconds)),
      cpu: median(measured.map((m) => m.cpuSeconds)),
      peak: median(measured.map((m) => m.peakBytes)),
    };
  }
  const growth = usage[large].cpu / large / (usage[small].cpu / small);
  return [
    bar('demo, 100,000 events, wall', usage[100_000].wall, 60, 's'),
    bar('demo, 100,000 events, CPU', usage[100_000].cpu, null, 's'),
    bar('demo, 100,000 events, peak memory', usage[100_000].peak / 1e9, 1, 'GB'),
    bar(
      `demo, CPU per event at ${large.toLocaleString('en')} against ${small.toLocaleString('en')}`,
      growth,
      1.2,
      '×',
    ),
    bar(`demo, ${large.toLocaleString('en')} events, peak memory`, usage[large].peak / 1e9, null, 'GB'),
  ];
}

function demo(events) {
  return withScratch((folder) => {
    const out = join(folder, 'demo');
    const measured = runMeasured(
      ['reference-deploy/dist/lean-ops.js', 'demo', '--events', String(events), '--out', out],
      folder,
    );
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
    if (!report.balanced)
      throw new Error(`the demo of ${events} events did not balance: its figures mean nothing`);
    return measured;
  });
}

/** A figure of ours with a limit that it must stay below, in the shape that all benches share. */
function bar(title, ours, limit, unit) {
  return {
    name: title,
    peer: limit === null ? '' : 'limit',
    ours,
    theirs: limit,
    unit,
    ratio: limit === null ? null : limit / ours,
    floor: limit === null ? null : 1,
    goal: null,
    holds: limit === null ? null : ours <= limit,
  };
}
