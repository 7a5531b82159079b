import type { Output } from '@lean-ops/iceberg/cli';
import { Presets, SingleBar } from 'cli-progress';

/** Tells how far one piece of work is. */
export interface Progress {
  /** `done` of the total given at the start. */
  update(done: number): void;
  /** The work is over; `note` is said in its place. */
  finish(note?: string): void;
}

/** A bar on a terminal; elsewhere a line at every quarter and at the end. `done` is where the work begins. */
export function startProgress(output: Output, label: string, total: number, done = 0): Progress {
  return output.isTerminal ? bar(output, label, total, done) : lines(output, label, total, done);
}

function bar(output: Output, label: string, total: number, done: number): Progress {
  const drawn = new SingleBar(
    {
      format: `${label} {bar} {percentage}%  {value}/{total}`,
      stream: output.stream as NodeJS.WritableStream,
      clearOnComplete: true,
      // Whoever presses Ctrl-C must find the terminal as it was.
      hideCursor: false,
      linewrap: true,
    },
    Presets.shades_classic,
  );
  drawn.start(total, done);
  return {
    update: (now) => drawn.update(Math.min(now, total)),
    finish: (note) => {
      drawn.stop();
      if (note !== undefined) void output.line(note);
    },
  };
}

function lines(output: Output, label: string, total: number, done: number): Progress {
  const quarterAt = (now: number): number => (total === 0 ? 0 : Math.floor((now / total) * 4));
  let quarter = quarterAt(done);
  return {
    update: (now) => {
      const reached = quarterAt(now);
      if (reached <= quarter || reached >= 4) return;
      quarter = reached;
      void output.line(`${label} ${reached * 25}%  ${now}/${total}`);
    },
    finish: (note) => {
      if (note !== undefined) void output.line(note);
    },
  };
}
