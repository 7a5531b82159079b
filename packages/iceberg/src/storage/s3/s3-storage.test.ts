import { describe, expect, it } from 'vitest';
import { InProcessS3, s3Error } from '../../../test/support/in-process-s3.js';
import { FAULTS, LossyCalls } from '../../../test/support/lossy-calls.js';
import { IcebergError } from '../../error.js';
import type { S3Command, S3CommandSender } from './s3-client.js';
import { S3Storage, type S3StorageOptions } from './s3-storage.js';

const sleep = async (): Promise<void> => undefined;
const MIB = 1024 * 1024;
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

function open(
  client: S3CommandSender,
  options: Partial<S3StorageOptions> = {},
  calls: S3StorageOptions['calls'] = {},
): S3Storage {
  return new S3Storage({ client, ...options, calls: { sleep, random: () => 0.5, ...calls } });
}

/** A client of which the named command, the `times` first times, ends in an error instead of being carried out. */
function failing(s3: InProcessS3, name: string, error: () => Error, times = 1): S3CommandSender {
  let left = times;
  return {
    send: (command: S3Command) => {
      if (command.constructor.name !== `${name}Command` || left === 0) return s3.send(command);
      left--;
      return Promise.reject(error());
    },
  };
}

async function listed(storage: S3Storage, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list(prefix)) paths.push(path);
  return paths;
}

const code = async (work: Promise<unknown>): Promise<IcebergError> =>
  work.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof IcebergError ? error : expect.unreachable(String(error))),
  );

describe('addresses', () => {
  it('takes s3, s3a and s3n for the same place and lists in the spelling asked for', async () => {
    const storage = open(new InProcessS3());
    await storage.write('s3a://lake/t/a', bytes('1'));
    expect(text(await storage.read('s3n://lake/t/a'))).toBe('1');
    expect(await listed(storage, 's3a://lake/t')).toEqual(['s3a://lake/t/a']);
  });

  it.each(['/local/path', 'file:///x', 'https://bucket/key', 's3:///key'])('refuses %s', async (path) => {
    expect((await code(open(new InProcessS3()).read(path))).code).toBe('INVALID_ARGUMENT');
  });

  it('takes keys literally', async () => {
    const s3 = new InProcessS3();
    await open(s3).write('s3://lake/t/a%20b=c d', bytes('1'));
    expect([...s3.objects.keys()]).toEqual(['lake/t/a%20b=c d']);
  });
});

describe('reading', () => {
  it('gives what there is of a range that reaches past the end', async () => {
    const storage = open(new InProcessS3());
    await storage.write('s3://lake/f', bytes('01234'));
    expect(text(await storage.read('s3://lake/f', { range: { start: 3, end: 99 } }))).toBe('34');
    expect((await storage.read('s3://lake/f', { range: { start: 9, end: 12 } })).length).toBe(0);
    expect((await storage.read('s3://lake/f', { range: { start: 2, end: 2 } })).length).toBe(0);
  });

  it('tries again when a body stops short, and gives up within its attempts', async () => {
    const s3 = new InProcessS3();
    await open(s3).write('s3://lake/f', bytes('01234'));
    let cut = 2;
    const client: S3CommandSender = {
      send: async (command) => {
        const found = (await s3.send(command)) as { ContentLength: number };
        return command.constructor.name === 'GetObjectCommand' && cut-- > 0
          ? { ...found, ContentLength: 9 }
          : found;
      },
    };
    expect(text(await open(client).read('s3://lake/f'))).toBe('01234');
    cut = 99;
    const error = await code(open(client, {}, { attempts: 3 }).read('s3://lake/f'));
    expect([error.code, error.retryable, cut]).toEqual(['STORAGE_FAILED', true, 96]);
  });

  it('says that access was denied, and does not try again', async () => {
    const s3 = new InProcessS3();
    const client = failing(s3, 'GetObject', () => s3Error('AccessDenied', 403), 99);
    expect((await code(open(client).read('s3://lake/f'))).code).toBe('ACCESS_DENIED');
  });

  it('stops at once when its signal fires, though the client hangs', async () => {
    const stop = new AbortController();
    const client: S3CommandSender = { send: () => new Promise(() => undefined) };
    const reading = open(client).read('s3://lake/f', { signal: stop.signal });
    stop.abort();
    expect((await code(reading)).code).toBe('ABORTED');
  });

  it('spends no more than its retry budget', async () => {
    let sent = 0;
    const client: S3CommandSender = {
      send: async () => {
        sent++;
        throw s3Error('SlowDown', 503);
      },
    };
    const storage = open(client, {}, { attempts: 10, retryBudget: 4 });
    await code(storage.read('s3://lake/a'));
    await code(storage.read('s3://lake/b'));
    expect(sent).toBe(2 + 4);
  });
});

describe('writing', () => {
  const large = new Uint8Array(11 * MIB + 5).map((_, index) => index % 251);

  it('sends large files in parts and puts them together in order', async () => {
    const s3 = new InProcessS3();
    const storage = open(s3, { multipartThreshold: 6 * MIB, partBytes: 5 * MIB });
    await storage.write('s3://lake/big', large);
    expect(s3.commands.filter((name) => name === 'UploadPart').length).toBe(3);
    expect(Buffer.compare(await storage.read('s3://lake/big'), large)).toBe(0);
  });

  it('aborts the upload when a part cannot be sent, and leaves nothing', async () => {
    const s3 = new InProcessS3();
    const client = failing(s3, 'UploadPart', () => s3Error('AccessDenied', 403));
    const storage = open(client, { multipartThreshold: 6 * MIB, partBytes: 5 * MIB });
    expect((await code(storage.write('s3://lake/big', large))).code).toBe('ACCESS_DENIED');
    expect([s3.uploads.size, s3.objects.size]).toEqual([0, 0]);
  });

  it('lets one of two conditional uploads in parts win', async () => {
    const s3 = new InProcessS3();
    const storage = open(s3, { multipartThreshold: 6 * MIB, partBytes: 5 * MIB });
    const other = large.slice().fill(1);
    const won = await Promise.all([large, other].map((data) => storage.writeIfAbsent('s3://lake/big', data)));
    expect(won.filter(Boolean).length).toBe(1);
    expect(Buffer.compare(await storage.read('s3://lake/big'), won[0] ? large : other)).toBe(0);
    expect(s3.uploads.size).toBe(0);
  });

  it('sends a conditional write again after 409', async () => {
    const s3 = new InProcessS3();
    const client = failing(s3, 'PutObject', () => s3Error('ConditionalRequestConflict', 409), 3);
    expect(await open(client).writeIfAbsent('s3://lake/v1', bytes('x'))).toBe(true);
  });

  it('guarantees that nothing was written when the service refused', async () => {
    const client = failing(new InProcessS3(), 'PutObject', () => s3Error('AccessDenied', 403));
    expect((await code(open(client).writeIfAbsent('s3://lake/v1', bytes('x')))).context['outcome']).toBe(
      'not-written',
    );
  });

  it('does not guarantee it when the SDK had tried before', async () => {
    const refusal = Object.assign(s3Error('AccessDenied', 403), {
      $metadata: { httpStatusCode: 403, attempts: 2 },
    });
    const client = failing(new InProcessS3(), 'PutObject', () => refusal);
    expect((await code(open(client).writeIfAbsent('s3://lake/v1', bytes('x')))).context['outcome']).toBe(
      undefined,
    );
  });

  it('knows its own object by the bytes where a store drops user metadata', async () => {
    const s3 = new InProcessS3();
    let lose = true;
    const client: S3CommandSender = {
      send: async (command) => {
        const answer = await s3.send(command);
        for (const [key, object] of s3.objects) s3.objects.set(key, { ...object, metadata: {} });
        if (command.constructor.name === 'PutObjectCommand' && lose) {
          lose = false;
          throw new Error('socket hang up');
        }
        return answer;
      },
    };
    expect(await open(client).writeIfAbsent('s3://lake/v1', bytes('mine'))).toBe(true);
    expect(await open(client).writeIfAbsent('s3://lake/v1', bytes('late'))).toBe(false);
  });
});

describe('deleting', () => {
  it('deletes in batches and names what stayed', async () => {
    const s3 = new InProcessS3();
    const storage = open(s3);
    const paths = Array.from({ length: 1001 }, (_, index) => `s3://lake/f${index}`);
    for (const path of paths) await storage.write(path, bytes('x'));
    s3.undeletable.set('f7', 'AccessDenied');
    const error = await code(storage.delete(paths));
    expect(error.context['failed']).toEqual([{ path: 's3://lake/f7', error: 'AccessDenied: refused' }]);
    expect([...s3.objects.keys()]).toEqual(['lake/f7']);
    expect(s3.commands.filter((name) => name === 'DeleteObjects').length).toBe(2);
  });

  it('tries the objects again that the service failed on', async () => {
    const s3 = new InProcessS3();
    await open(s3).write('s3://lake/a', bytes('x'));
    s3.undeletable.set('a', 'InternalError');
    const storage = open(s3, {}, { sleep: async () => s3.undeletable.clear() });
    await storage.delete(['s3://lake/a']);
    expect(s3.objects.size).toBe(0);
  });
});

it('lists every page', async () => {
  const s3 = new InProcessS3();
  s3.pageSize = 3;
  const storage = open(s3);
  for (let index = 0; index < 10; index++) await storage.write(`s3://lake/t/${index}`, bytes('x'));
  expect((await listed(storage, 's3://lake/t')).length).toBe(10);
});

describe.each(FAULTS)('a conditional write of which a call %s', (fault) => {
  const MODES = { whole: {}, 'in parts': { multipartThreshold: 0 } };
  it.each(Object.entries(MODES))('is told right at every call, sent %s', async (_name, mode) => {
    for (const taken of [false, true]) {
      for (let at = 0; ; at++) {
        const s3 = new InProcessS3();
        if (taken) await open(s3).write('s3://lake/v1', bytes('theirs'));
        const lossy = new LossyCalls({ at, fault });
        const client: S3CommandSender = { send: (command) => lossy.around(() => s3.send(command)) };
        const storage = open(client, mode, { startTimer: lossy.startTimer });
        expect(await storage.writeIfAbsent('s3://lake/v1', bytes('mine'))).toBe(!taken);
        expect(text(s3.objects.get('lake/v1')!.bytes)).toBe(taken ? 'theirs' : 'mine');
        if (lossy.count <= at) break;
      }
    }
  });

  it('is not called refused when no call gets through any more', async () => {
    const s3 = new InProcessS3();
    const lossy = new LossyCalls({ at: 0, fault, times: 1000 });
    const client: S3CommandSender = { send: (command) => lossy.around(() => s3.send(command)) };
    const storage = open(client, {}, { startTimer: lossy.startTimer });
    const error = await code(storage.writeIfAbsent('s3://lake/v1', bytes('mine')));
    expect([error.code, error.context['outcome']]).toEqual(['STORAGE_FAILED', undefined]);
  });
});
