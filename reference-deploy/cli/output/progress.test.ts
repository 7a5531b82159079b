import { Writable } from 'node:stream';
import { Output } from '@lean-ops/iceberg/cli';
import { expect, it } from 'vitest';
import { startProgress } from './progress.js';

class Collected extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

it('progress is told a quarter at a time where there is no terminal', () => {
  const stream = new Collected();
  const progress = startProgress(new Output(stream), 'load', 100);
  for (let done = 0; done <= 100; done += 10) progress.update(done);
  progress.finish('all loaded');
  expect(stream.text).toBe('load 25%  30/100\nload 50%  50/100\nload 75%  80/100\nall loaded\n');
});
