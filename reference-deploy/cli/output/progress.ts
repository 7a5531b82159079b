import { Presets, SingleBar } from 'cli-progress';
import type { Output } from './output.js';

/** Tells how far one piece of work is. */
export interface Progress {
  /** `done` of the total given at the start. */
  update(done: number): void;
  /** The work is over; `note` is said in its place. */
  finish(note?: string): void;
}

/** A bar on a terminal; elsewhere a line at the start, at every quarter, and at the end. */
export function startProgress(output: Output, label: string, total: number): Progress {
  return output.isTerminal ? bar(output, label, total) : lines(output, label, total);
}

function bar(output: Output, label: string, total: number): Progress {
  const drawn = new SingleBar(
    {
      format: `${label} {bar} {percentage}%  {value}/{total}`,
      stream: output.stream as NodeJS.WritableStream,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  drawn.start(total, 0);
  return {
    update: (done) => drawn.update(Math.min(done, total)),
    finish: (note) => {
      drawn.update(total);
      drawn.stop();
      if (note !== undefined) void output.line(note);
    },
  };
}

function lines(output: Output, label: string, total: number): Progress {
  let quarter = 0;
  return {
    update: (done) => {
      const reached = total === 0 ? 0 : Math.floor((done / total) * 4);
      if (reached <= quarter || reached >= 4) return;
      quarter = reached;
      void output.line(`${label} ${reached * 25}%  ${done}/${total}`);
    },
    finish: (note) => {
      if (note !== undefined) void output.line(note);
    },
  };
}
