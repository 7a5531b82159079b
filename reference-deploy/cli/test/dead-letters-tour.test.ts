import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Output } from '@lean-ops/iceberg/cli';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../program.js';
import { runCommand } from '../testing.js';

const PAGE = join(import.meta.dirname, '../../../docs/dead_letters.md');

interface Block {
  readonly language: string;
  /** What stands behind the language: the name of a file. */
  readonly name: string;
  readonly text: string;
}

let page: string;
let blocks: readonly Block[];
let folder: string;
beforeAll(async () => {
  page = await readFile(PAGE, 'utf8');
  blocks = [...page.matchAll(/```(\S+) ?(\S*)\n([\s\S]*?)```/g)].map(
    ([, language = '', name = '', text = '']) => ({
      language,
      name,
      text,
    }),
  );
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-tour-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A terminal that shows what a command writes to either of its outputs. */
class Terminal extends Writable {
  readonly isTTY = true;
  text = '';

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

test('the tour of the page runs as it stands and prints what the page shows', async () => {
  const files = blocks.filter(({ name }) => name !== '');
  for (const { name, text } of files) await writeFile(join(folder, name), text);
  const paths = new Set([...files.map(({ name }) => name), 'wh']);
  let commands = 0;
  for (const { text } of blocks.filter(({ language }) => language === 'console')) {
    for (const [line = '', ...shown] of sessionsOf(text)) {
      commands += 1;
      const args = argumentsOf(line).map((arg) => (paths.has(arg) ? join(folder, arg) : arg));
      const terminal = new Terminal();
      const output = new Output(terminal);
      await runCommandLine(args, {
        stdin: Readable.from([]),
        stdout: output,
        stderr: output,
        env: { USER: 'ana' },
        verdict: 0,
      });
      const printed = terminal.text.replaceAll(`${folder}/`, '').trimEnd();
      expect(printed, line).toMatch(patternOf(shown.join('\n').trimEnd()));
    }
  }
  expect(commands).toBeGreaterThan(8);
}, 120_000);

test('every command and option of dlq is on the page', async () => {
  const { stdout } = await runCommand(['dlq', '--help']);
  const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}([a-z]+) /gm)].map(
    ([, name = '']) => name,
  );
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands.filter((name) => name !== 'help')) {
    expect(page, command).toContain(`\`${command}`);
    const help = (await runCommand(['dlq', command, '--help'])).stdout;
    for (const [option] of help.slice(0, help.indexOf('Example')).matchAll(/^ {2}(?:-h, )?--[a-z-]+/gm)) {
      if (option.includes('--help')) continue;
      expect(page, `${command}${option}`).toContain(option.trim());
    }
  }
});

/** Commands, each with the lines it prints. */
function sessionsOf(text: string): string[][] {
  const sessions: string[][] = [];
  for (const line of text.trimEnd().split('\n')) {
    const command = /^\$ lean-ops (.*)$/.exec(line)?.[1];
    if (command !== undefined) sessions.push([command]);
    else sessions.at(-1)?.push(line);
  }
  return sessions;
}

/** Words of a command line; double quotes hold spaces. */
function argumentsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** What the page shows: `…` stands for anything within a line, and white space is as wide as it must be. */
function patternOf(shown: string): RegExp {
  const escaped = shown
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('…', '[^\\n]*?')
    .replaceAll(/ {2,}/g, ' +');
  return new RegExp(`^${escaped}$`);
}
