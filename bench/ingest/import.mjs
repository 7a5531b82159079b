// Prints how long the import of a function's bundle takes, milliseconds: `node import.mjs FILE`.
import { pathToFileURL } from 'node:url';

const file = pathToFileURL(process.argv[2]).href;
const before = performance.now();
const { handler } = await import(file);
const took = performance.now() - before;
if (typeof handler !== 'function') throw new Error(`${file} has no handler`);
console.log(took);
