import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** Below `reference-deploy`. */
export function functionEntry(name: string): string {
  return join('aws', 'functions', `${name}.ts`);
}

/** What of ours is in the bundle of an entry point: its text, and the sources that it holds something of. */
async function bundle(
  entry: string,
): Promise<{ readonly text: string; readonly sources: readonly string[] }> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join('reference-deploy', entry)],
    tsconfig: 'tsconfig.json',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    alias: {},
    outdir: 'nowhere',
    logLevel: 'error',
  });
  const sources = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return { text: outputFiles.map((file) => file.text).join('\n'), sources };
}

/**
 * The calls that the code behind an entry point can make: the SDK commands that are constructed in any file of ours that its
 * bundle holds something of. More than it does make, since classes are bundled whole.
 */
export async function possibleCalls(entry: string): Promise<ReadonlySet<string>> {
  const { sources } = await bundle(entry);
  return new Set(sources.flatMap((file) => callsOf(readFileSync(resolve(root, file), 'utf8'))));
}

/** Which of some metrics the code of a function names. */
export async function namedMetrics(name: string, metrics: readonly string[]): Promise<readonly string[]> {
  const { text } = await bundle(functionEntry(name));
  return metrics.filter((metric) => text.includes(`"${metric}"`));
}

/** `service/Command` for each command that a file imports as a value from a client and constructs. */
export function callsOf(text: string): readonly string[] {
  const calls: string[] = [];
  for (const [, names, service] of text.matchAll(/import \{([^}]+)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g))
    for (const name of names!.split(',').map((part) => part.trim()))
      if (/^[A-Z]\w+Command$/.test(name) && text.includes(`new ${name}(`))
        calls.push(`${service}/${name.slice(0, -'Command'.length)}`);
  return calls;
}
