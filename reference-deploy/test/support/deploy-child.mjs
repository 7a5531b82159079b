// A process of its own that deploys one contract, and kills itself where it is told to. It runs what `npm run build`
// made. Its only argument is JSON: { warehouse, contract, crashAt?: point }. On standard output it prints, as JSON, the
// points it passed, in order, and what became of the deploy.
import { EmbeddedPlatform } from '../../dist/embedded.js';

const { warehouse, contract, crashAt = null } = JSON.parse(process.argv[2]);
const points = [];
const at = (point) => {
  points.push(point);
  if (point === crashAt) process.kill(process.pid, 'SIGKILL');
};
const platform = await EmbeddedPlatform.open({ warehouse, hooks: { at } });
const { outcome } = await platform.deploy({ contract, deployedBy: 'ada' });
await platform.close();
process.stdout.write(JSON.stringify({ points, outcome }));
