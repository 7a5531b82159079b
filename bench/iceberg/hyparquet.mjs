// hyparquet reading data files to plain objects. usage: node hyparquet.mjs JSON; prints {"seconds", "result"}.
const { files, modules, runs, columns } = JSON.parse(process.argv[2]);
const { asyncBufferFromFile, parquetReadObjects } = await import(`${modules}hyparquet/src/node.js`);
const { compressors } = await import(`${modules}hyparquet-compressors/src/index.js`);

const seconds = [];
let result;
for (let turn = -1; turn < runs; turn++) {
  globalThis.gc?.();
  const start = performance.now();
  result = { rows: 0, levels: 0 };
  for (const path of files) {
    const file = await asyncBufferFromFile(path);
    for (const row of await parquetReadObjects({ file, compressors, ...(columns ? { columns } : {}) })) {
      result.rows += 1;
      result.levels += row.level;
    }
  }
  if (turn >= 0) seconds.push((performance.now() - start) / 1000);
}
console.log(JSON.stringify({ seconds, result }));
