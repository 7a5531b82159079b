import { CoreError } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { classifyError } from './classify-error.js';

const error = (fields: object, message = 'no clue'): Error => Object.assign(new Error(message), fields);

describe('classifyError', () => {
  test.each([
    ['throttle', 'RETRY', error({ name: 'ThrottlingException' })],
    ['throttle', 'RETRY', error({ name: 'ProvisionedThroughputExceededException' })],
    ['throttle', 'RETRY', error({ ErrorCode: 'ServiceUnavailableException' })],
    ['throttle', 'RETRY', { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'timeout' }],
    ['throttle', 'RETRY', error({ $metadata: { httpStatusCode: 429 } })],
    ['throttle', 'RETRY', error({ $metadata: { httpStatusCode: 503 } })],
    ['throttle', 'RETRY', error({ $retryable: { throttling: true } })],
    ['throttle', 'RETRY', error({ __type: 'com.amazonaws.firehose#SlowDown' })],
    ['throttle', 'RETRY', error({ code: 'COMMIT_CONFLICT' })],
    ['timeout', 'RETRY', error({ code: 'ETIMEDOUT' })],
    ['timeout', 'RETRY', error({ name: 'TimeoutError' })],
    ['timeout', 'RETRY', error({ statusCode: 504 })],
    ['network', 'RETRY', error({ code: 'ECONNRESET' })],
    ['network', 'RETRY', error({ code: 'EAI_AGAIN' })],
    ['network', 'RETRY', error({ status: 502 })],
    ['malformed', 'DROP', new SyntaxError('Unexpected token')],
    ['malformed', 'DROP', error({ status: 413 })],
    ['malformed', 'DROP', error({ code: 'BODY_NOT_JSON' })],
    ['contract', 'DROP', error({ code: 'UNKNOWN_TOPIC' })],
    ['unknown', 'RETRY', error({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })],
    ['unknown', 'RETRY', error({ $metadata: { httpStatusCode: 500 } })],
    ['unknown', 'RETRY', new TypeError('x is not a function')],
    ['unknown', 'RETRY', new CoreError('full', { code: 'STATE_STORE_UNREADABLE' })],
    ['throttle', 'RETRY', new CoreError('locked', { code: 'STATE_STORE_BUSY' })],
    ['unknown', 'RETRY', 'a string'],
    ['unknown', 'RETRY', null],
    ['unknown', 'RETRY', undefined],
  ] as const)('%s %s', (errorClass, action, thrown) => {
    expect(classifyError(thrown)).toMatchObject({ errorClass, action });
  });

  test('names and codes win over what the text says', () => {
    expect(classifyError(error({ code: 'ECONNRESET' }, 'Rate exceeded')).errorClass).toBe('network');
    expect(classifyError(error({ name: 'ThrottlingException' }, 'request timed out')).errorClass).toBe(
      'throttle',
    );
    const cause = error({ code: 'ETIMEDOUT' });
    expect(classifyError(new Error('throttled', { cause })).errorClass).toBe('timeout');
  });

  test.each([
    ['Rate exceeded', 'throttle'],
    ['Task timed out after 3.00 seconds', 'timeout'],
    ['socket hang up', 'network'],
    ['getaddrinfo failed', 'network'],
  ])('text is read where there is nothing else: %s', (message, errorClass) => {
    expect(classifyError(new Error(message)).errorClass).toBe(errorClass);
  });

  test('the text of a client error is not read', () => {
    const denied = error(
      { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } },
      'capacity exceeded, timeout',
    );
    expect(classifyError(denied)).toEqual({ errorClass: 'unknown', action: 'RETRY', code: 'AccessDenied' });
  });

  test('a response that an SDK could not read is no malformed message', () => {
    const unread = Object.assign(new SyntaxError('Unexpected token <'), {
      $metadata: { httpStatusCode: 200 },
    });
    expect(classifyError(unread)).toMatchObject({ errorClass: 'unknown', action: 'RETRY' });
  });

  test('a table whose metadata cannot be read says nothing about the message', () => {
    const cause = new SyntaxError('Unexpected end of JSON input');
    const corrupt = error({ code: 'CORRUPT_FILE', cause });
    expect(classifyError(corrupt)).toEqual({ errorClass: 'unknown', action: 'RETRY', code: 'CORRUPT_FILE' });
    const unreadable = error({ code: 'ENVELOPE_UNREADABLE', cause });
    expect(classifyError(unreadable)).toMatchObject({ errorClass: 'malformed', action: 'DROP' });
  });

  test('the code is the error’s own, then its name, then its status', () => {
    expect(classifyError(error({ code: 'ECONNRESET', name: 'FetchError' })).code).toBe('ECONNRESET');
    expect(classifyError(error({ name: 'FetchError' })).code).toBe('FetchError');
    expect(classifyError(error({ statusCode: 500 })).code).toBe('HTTP_500');
    expect(classifyError(new Error('nothing')).code).toBe('UNKNOWN');
  });

  test('causes and gathered errors are searched, and cycles end', () => {
    const inner = error({ code: 'ECONNREFUSED' });
    expect(classifyError(new AggregateError([inner], 'all failed')).errorClass).toBe('network');
    const cycle: Error & { cause?: unknown } = new Error('a');
    cycle.cause = new Error('b', { cause: cycle });
    expect(classifyError(cycle).errorClass).toBe('unknown');
  });
});
