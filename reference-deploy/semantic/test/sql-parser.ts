// sqlglot, which knows the grammars of engines that cannot be run here.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPython, peerHome, setUpOnce, unavailable } from '../../../scripts/peers/set-up.js';

const requirements = join(import.meta.dirname, 'sqlglot-requirements.txt');
const home = peerHome('sqlglot');
const run = promisify(execFile);

interface Sql {
  readonly dialect: string;
  readonly sql: string;
}

type SqlParser =
  | { readonly parse: (texts: readonly Sql[]) => Promise<(string | null)[]>; readonly missing: null }
  | { readonly missing: string };

/** The parser in `.peers/sqlglot`, made on first use (ten seconds, 30 MB). It gives what is wrong with each text, or null. */
export async function ensureSqlParser(): Promise<SqlParser> {
  try {
    await setUpOnce(home, await readFile(requirements, 'utf8'), async () => {
      process.stderr.write('setting up sqlglot in .peers/sqlglot (once)\n');
      await installPython(home, requirements);
    });
  } catch (cause) {
    return { missing: unavailable('sqlglot', 'Python 3.10 or newer with venv and a package index', cause) };
  }
  return {
    missing: null,
    parse: async (texts) => {
      const asked = run(join(home, 'bin', 'python'), [join(import.meta.dirname, 'parse_sql.py')]);
      asked.child.stdin!.end(JSON.stringify(texts));
      return JSON.parse((await asked).stdout) as (string | null)[];
    },
  };
}
