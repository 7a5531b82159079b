// A process of its own that pumps and orchestrates one warehouse, and kills itself where it is told to.
// It runs what `npm run build` made. Its only argument is JSON:
//   { warehouse, nowMs, rounds?, crashAt?: { point, occurrence } }
// On standard output it prints, as JSON, the points it passed, in order, and how its rounds ended.
import { ManualClock } from '@lean-ops/core';
import { EmbeddedPlatform } from '../../dist/embedded.js';

const { warehouse, nowMs, rounds = 1, crashAt = null } = JSON.parse(process.argv[2]);
const points = [];

const at = (point) => {
  points.push(point);
  if (crashAt === null || point !== crashAt.point) return;
  if (points.filter((passed) => passed === point).length === crashAt.occurrence) {
    process.kill(process.pid, 'SIGKILL');
  }
};

const platform = await EmbeddedPlatform.open({ warehouse, clock: new ManualClock(nowMs), hooks: { at } });
const outcomes = [];
for (let round = 0; round < rounds; round++) {
  await platform.pump();
  const { topics } = await platform.orchestrate();
  outcomes.push(...topics.map(({ topic, outcome, error }) => ({ topic, outcome, error })));
}
await platform.close();
process.stdout.write(JSON.stringify({ points, outcomes }));
