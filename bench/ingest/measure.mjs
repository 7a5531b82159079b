// One measurement of the ingestion handlers, as JSON: `node --expose-gc measure.mjs '{"job":"load"|"latency", …}'`.
import { measureBatches, runIngestionLoad } from '../../reference-deploy/dist/load.js';

const jobs = { load, latency };
const { job, ...options } = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await jobs[job](options)));

async function load({ messages, topics }) {
  const heaps = [];
  const report = await runIngestionLoad({
    messages,
    topics,
    seed: 20_260_601,
    rates: { throttled: 0.05, refused: 0.01, lostAnswers: 0.002 },
    duplicated: 0.01,
    batchSize: 1_000,
    onProgress: (done) => {
      if (done < (heaps.length + 1) * (messages / 8)) return;
      globalThis.gc();
      heaps.push(process.memoryUsage().heapUsed);
    },
  });
  const [, settled, ...later] = heaps;
  return { ...report, growthBytes: Math.max(...later) - settled };
}

async function latency({ batches }) {
  const took = (await measureBatches({ batches, batchSize: 10, warmUp: 2_000 })).sort();
  return { p50: took[Math.floor(batches * 0.5)], p99: took[Math.floor(batches * 0.99)] };
}
