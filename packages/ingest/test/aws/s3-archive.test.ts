import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { seededRandom } from '@lean-ops/core';
import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { S3Archive, type S3ArchiveCommand, type S3ArchiveCommandSender } from '../../src/archive/s3/index.js';
import { type ArchiveHarness, archiveContract, sampleArchivedMessage } from '../../src/testing/index.js';

const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

let buckets = 0;

async function bucketOf(client: S3Client): Promise<string> {
  const bucket = `archive-${buckets++}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return bucket;
}

function emulatorS3(): S3Client {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new S3Client({ endpoint: moto!.endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
}

const nameOf = (command: S3ArchiveCommand): string => command.constructor.name.replace(/Command$/, '');

/** Every call arrives twice and its first answer is lost. */
function everyCallTwice(client: S3ArchiveCommandSender): S3ArchiveCommandSender {
  return {
    async send(command) {
      await client.send(command).catch(() => undefined);
      return await client.send(command);
    },
  };
}

/** Pages of two, so that a listing of a few is one of several pages. */
function smallPages(client: S3ArchiveCommandSender): S3ArchiveCommandSender {
  return {
    send: (command) => {
      if (nameOf(command) === 'ListObjectsV2') (command.input as { MaxKeys?: number }).MaxKeys = 2;
      return client.send(command);
    },
  };
}

function harness(
  prefix: string,
  through: (client: S3ArchiveCommandSender) => S3ArchiveCommandSender,
): ArchiveHarness {
  const client = emulatorS3();
  return {
    async create() {
      const bucket = await bucketOf(client);
      const open = (): S3Archive => new S3Archive({ client: through(client), bucket, prefix });
      return { archive: open(), again: async () => open(), dispose: async () => {} };
    },
  };
}

suiteWhere(missing, 'an archive in the S3 of moto', () => {
  for (const { name, run } of archiveContract(harness('', smallPages))) test(name, run);
});

suiteWhere(missing, 'an archive under a prefix, where every call arrives twice', () => {
  for (const { name, run } of archiveContract(harness('deep/archive/', everyCallTwice))) test(name, run);
});

suiteWhere(missing, 'the S3 archive', () => {
  test('looks only where the messages of a day can be, and passes over what is not its own', async () => {
    const client = emulatorS3();
    const bucket = await bucketOf(client);
    const prefixes: string[] = [];
    const archive = new S3Archive({
      client: {
        send: (command) => {
          const { Prefix } = command.input as { Prefix?: string };
          if (Prefix !== undefined) prefixes.push(Prefix);
          return client.send(command as PutObjectCommand);
        },
      },
      bucket,
    });
    const key = await archive.put(sampleArchivedMessage());
    for (const Key of [
      'quarantine/topic=user_logins/day=2026-01-31/note.txt',
      'firehose-errors/x',
      'quarantine/',
    ])
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
    const listed: string[] = [];
    for await (const found of archive.list({ kind: 'quarantine', day: '2026-01-31' })) listed.push(found);
    expect(listed).toEqual([key]);
    expect(prefixes).toEqual(['quarantine/', 'quarantine/topic=user_logins/day=2026-01-31/']);
  });

  test('says which object is damaged', async () => {
    const client = emulatorS3();
    const bucket = await bucketOf(client);
    const archive = new S3Archive({ client, bucket });
    const key = await archive.put(sampleArchivedMessage());
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'not gzip' }));
    await expect(archive.get(key)).rejects.toMatchObject({
      code: 'ARCHIVE_CORRUPT',
      message: expect.stringContaining(key),
    });
  });

  test('a bucket that is not there keeps nothing and says so', async () => {
    const archive = new S3Archive({ client: emulatorS3(), bucket: 'nowhere' });
    await expect(archive.put(sampleArchivedMessage())).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});

describe('writers of one message that meet in S3', () => {
  const conflict = (): Error =>
    Object.assign(new Error('conflict'), {
      name: 'ConditionalRequestConflict',
      $metadata: { httpStatusCode: 409 },
    });
  const open = (conflicts: number) => {
    const slept: number[] = [];
    let calls = 0;
    const archive = new S3Archive({
      client: {
        send: async () => {
          calls += 1;
          if (calls <= conflicts) throw conflict();
          return {};
        },
      },
      bucket: 'archive',
      random: seededRandom(1),
      sleep: async (milliseconds) => {
        slept.push(milliseconds);
      },
    });
    return { archive, slept, calls: () => calls };
  };

  test('try again with growing pauses until the message is kept', async () => {
    const { archive, slept, calls } = open(3);
    await archive.put(sampleArchivedMessage());
    expect(calls()).toBe(4);
    expect(slept.length).toBe(3);
    expect(slept.every((milliseconds, index) => milliseconds <= 50 * 2 ** index)).toBe(true);
  });

  test('give up in the end, with the error of S3', async () => {
    const { archive, calls } = open(99);
    await expect(archive.put(sampleArchivedMessage())).rejects.toMatchObject({
      name: 'ConditionalRequestConflict',
    });
    expect(calls()).toBe(8);
  });
});
