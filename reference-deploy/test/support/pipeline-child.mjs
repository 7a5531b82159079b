// A process of its own that pumps, orchestrates and maintains one warehouse, and kills itself where it is told to.
// It runs what `npm run build` made. Its only argument is JSON:
//   { warehouse, nowMs, rounds?, handOver?, maintain?, rebuild?: { topic, abandon? }, crashAt?: { point, occurrence } }
// With `handOver` a job commits one snapshot of its source and hands over; `maintain` is the policy of a night that
// follows each round; `rebuild` is what comes last. On standard output it prints, as JSON, the points it passed, in order, and how its rounds ended.
import { ManualClock } from '@lean-ops/core';
import { EmbeddedPlatform } from '../../dist/embedded.js';

const {
  warehouse,
  nowMs,
  rounds = 1,
  handOver = false,
  maintain = null,
  rebuild = null,
  crashAt = null,
} = JSON.parse(process.argv[2]);
const COMMIT_MS = 10 * 60_000;
const points = [];
const clock = new ManualClock(nowMs);

const at = (point) => {
  points.push(point);
  // A commit of a layer takes ten minutes; what else there is takes none.
  const isCommit =
    point === 'standardize:standardized:before-commit' || point === 'curate:curated:before-commit';
  if (handOver && isCommit) clock.advance(COMMIT_MS);
  if (crashAt === null || point !== crashAt.point) return;
  if (points.filter((passed) => passed === point).length === crashAt.occurrence) {
    process.kill(process.pid, 'SIGKILL');
  }
};

/** Time for one commit, besides what a job keeps back. */
const invocation = () => {
  const end = clock.now() + COMMIT_MS;
  return { getRemainingTimeInMillis: () => 45_000 + end - clock.now() };
};

const platform = await EmbeddedPlatform.open({
  warehouse,
  clock,
  hooks: { at },
  ...(handOver ? { rowsPerCommit: 1, invocation } : {}),
});
const outcomes = [];
for (let round = 0; round < rounds; round++) {
  await platform.pump();
  const { topics } = await platform.orchestrate();
  outcomes.push(...topics.map(({ topic, outcome, error }) => ({ topic, outcome, error })));
  if (maintain === null) continue;
  const night = await platform.maintain({ policy: maintain });
  outcomes.push(...night.topics.map(({ topic, outcome }) => ({ topic, outcome, error: null })));
}
if (rebuild !== null) await platform.rebuild({ ...rebuild, requestedBy: 'tests' });
await platform.close();
process.stdout.write(JSON.stringify({ points, outcomes }));
