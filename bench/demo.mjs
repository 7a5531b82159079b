// The demo as a whole process: time, memory, and how the cost of an event grows with their number.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, runMeasured, withScratch } from './harness.mjs';
import { alone, bounded } from './rows.mjs';

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
      wall: measured.map((m) => m.wallSeconds),
      cpu: measured.map((m) => m.cpuSeconds),
      peak: measured.map((m) => m.peakBytes / 1e9),
    };
  }
  const growth = median(usage[large].cpu) / large / (median(usage[small].cpu) / small);
  const many = large.toLocaleString('en');
  return [
    bounded('demo, 100,000 events, wall', usage[100_000].wall, { limit: 60, unit: 's' }),
    alone('demo, 100,000 events, CPU', usage[100_000].cpu, 's'),
    bounded('demo, 100,000 events, peak memory', usage[100_000].peak, { limit: 1, unit: 'GB' }),
    bounded(`demo, CPU per event at ${many} against ${small.toLocaleString('en')}`, growth, {
      limit: 1.2,
      unit: '×',
    }),
    alone(`demo, ${many} events, peak memory`, usage[large].peak, 'GB'),
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
