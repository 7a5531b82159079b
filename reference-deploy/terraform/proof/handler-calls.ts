import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * The calls that the code of a function can make: the SDK commands that are constructed in any file of ours that its
 * bundle holds something of. More than it does make, since classes are bundled whole.
 */
export async function possibleCalls(name: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join('reference-deploy', 'aws', 'functions', `${name}.ts`)],
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
  const calls = new Set<string>();
  for (const output of Object.values(metafile.outputs))
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs))
      if (bytesInOutput > 0)
        for (const call of callsOf(readFileSync(resolve(root, file), 'utf8'))) calls.add(call);
  return calls;
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
