import { CoreError } from '@lean-ops/core';
import { describe, expect, it } from 'vitest';
import { HandlerError } from './error.js';
import { asTask, RETRYABLE, textField } from './task.js';

const nameOf = async (thrown: unknown): Promise<string> => {
  try {
    await asTask(async () => {
      throw thrown;
    });
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing thrown';
};

describe('asTask', () => {
  it('names a retryable error as every Retry of our state machines does', async () => {
    const error = new CoreError('busy', { code: 'STATE_STORE_BUSY', retryable: true });
    expect(await nameOf(error)).toBe(RETRYABLE);
    await expect(asTask(() => Promise.reject(error))).rejects.toThrow('STATE_STORE_BUSY: busy');
  });

  it('names any other error by its code', async () => {
    expect(await nameOf(new HandlerError('gone', { code: 'LEASE_LOST' }))).toBe('LEASE_LOST');
  });

  it('leaves the name of an error that has no code', async () => {
    expect(await nameOf(new TypeError('undefined is not a function'))).toBe('TypeError');
  });

  it('makes an error of what is none', async () => {
    expect(await nameOf('text')).toBe('Error');
  });

  it('keeps the error as the cause', async () => {
    const error = new HandlerError('gone', { code: 'LEASE_LOST' });
    await expect(asTask(() => Promise.reject(error))).rejects.toMatchObject({ cause: error });
  });
});

describe('textField', () => {
  it.each([[null], [{}], [{ topic_name: '' }], [{ topic_name: 7 }]])('refuses %j', (input) => {
    expect(() => textField(input, 'topic_name')).toThrow(/lacks "topic_name"/);
  });
});
