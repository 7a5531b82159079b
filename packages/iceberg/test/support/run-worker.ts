import { fork } from 'node:child_process';

/** Node runs TypeScript, but does not look for `x.ts` where `x.js` is imported. */
const RESOLVE_TYPESCRIPT = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (specifier, context, next) =>
  next(/^\\.{1,2}\\/.*\\.js$/.test(specifier) && context.parentURL?.endsWith('.ts') ? specifier.replace(/js$/, 'ts') : specifier, context) });`;

/** Node's own arguments for a process that runs TypeScript files of this package. */
export const RUN_TYPESCRIPT: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(RESOLVE_TYPESCRIPT)}`,
];

/** Runs a TypeScript file of the test tree in a process of its own; gives the one message it sends. */
export function runWorker<T>(file: string, args: readonly string[]): Promise<T> {
  const child = fork(file, args, {
    execArgv: [...RUN_TYPESCRIPT],
  });
  let sent: { message: T } | null = null;
  child.on('message', (message) => {
    sent = { message: message as T };
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status) =>
      sent === null
        ? reject(new Error(`${file} ${args.join(' ')} ended with ${status}`))
        : resolve(sent.message),
    );
  });
}
