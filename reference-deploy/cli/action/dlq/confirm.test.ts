import { PassThrough, Writable } from 'node:stream';
import { Output } from '@lean-ops/iceberg/cli';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../command-context.js';
import { confirm, intentOf, refuseUnasked } from './confirm.js';

/** A terminal at which somebody types. */
function terminal({ input, output }: { input: boolean; output: boolean }) {
  const typed = Object.assign(new PassThrough(), { isTTY: input });
  const shown: string[] = [];
  const screen = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        shown.push(chunk.toString());
        done();
      },
    }),
    { isTTY: output },
  );
  const stderr = new Output(screen);
  const context: CommandContext = { stdin: typed, stdout: stderr, stderr, env: {}, verdict: 0 };
  return { context, typed, shown };
}

describe('whether a command changes anything', () => {
  it.each([
    [{ dryRun: true }, { input: true, output: true }, 'tell'],
    [{ yes: true }, { input: false, output: false }, 'do'],
    [{}, { input: true, output: true }, 'ask'],
    [{}, { input: false, output: true }, 'tell'],
    [{}, { input: true, output: false }, 'tell'],
  ] as const)('%j at %j: %s', (options, streams, intent) => {
    expect(intentOf(options, terminal(streams).context)).toBe(intent);
  });

  it('is refused where nobody was asked, but not where only an account was wanted', () => {
    expect(() => refuseUnasked({})).toThrow(/nobody to ask/);
    expect(() => refuseUnasked({ dryRun: true })).not.toThrow();
  });

  it.each([
    ['y', true],
    ['YES ', true],
    ['', false],
    ['n', false],
    ['yess', false],
  ])('answered with %j is %s', async (answer, agreed) => {
    const { context, typed, shown } = terminal({ input: true, output: true });
    const asked = confirm('Send 3 messages again?', context);
    typed.write(`${answer}\n`);
    expect(await asked).toBe(agreed);
    expect(shown.join('')).toContain('Send 3 messages again? [y/N] ');
  });

  it('is not, when the terminal is closed instead of answering', async () => {
    const { context, typed } = terminal({ input: true, output: true });
    const asked = confirm('Send 3 messages again?', context);
    typed.end();
    expect(await asked).toBe(false);
  });
});
