import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FolderArchive } from '../src/archive/folder/index.js';
import { MemoryArchive } from '../src/index.js';
import { type ArchiveHarness, archiveContract, sampleArchivedMessage } from '../src/testing/index.js';

const memory: ArchiveHarness = {
  async create() {
    const archive = new MemoryArchive();
    return { archive, again: async () => archive, dispose: async () => {} };
  },
};

const folder: ArchiveHarness = {
  async create() {
    const path = await mkdtemp(join(tmpdir(), 'lean-ops-archive-'));
    const open = (): FolderArchive => new FolderArchive({ folder: join(path, 'deep', 'archive') });
    return { archive: open(), again: async () => open(), dispose: () => rm(path, { recursive: true }) };
  },
};

for (const [name, harness] of Object.entries({ memory, folder })) {
  describe(name, () => {
    for (const { name: behaviour, run } of archiveContract(harness)) test(behaviour, run);
  });
}

describe('the folder', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'lean-ops-archive-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  test('is partitioned by kind, topic and day of the message', async () => {
    const message = sampleArchivedMessage();
    const key = await new FolderArchive({ folder: path }).put(message);
    expect(key).toBe(`quarantine/topic=user_logins/day=2026-01-31/${message.id}.json.gz`);
  });

  test('holds no unfinished file after a put, and lists none that a crash left', async () => {
    const archive = new FolderArchive({ folder: path });
    const key = await archive.put(sampleArchivedMessage());
    expect(await readdir(join(path, '.unfinished'))).toEqual([]);
    await writeFile(join(path, '.unfinished', 'left'), 'half');
    await mkdir(join(path, 'quarantine', 'topic=user_logins', 'day=2026-01-31', 'odd'));
    const listed: string[] = [];
    for await (const found of archive.list()) listed.push(found);
    expect(listed).toEqual([key]);
  });

  test('says which file is damaged', async () => {
    const archive = new FolderArchive({ folder: path });
    const key = await archive.put(sampleArchivedMessage());
    await writeFile(join(path, key), 'not gzip');
    await expect(archive.get(key)).rejects.toMatchObject({
      code: 'ARCHIVE_CORRUPT',
      message: expect.stringContaining(key),
    });
  });

  test('that cannot be written to keeps nothing and says so', async () => {
    await writeFile(join(path, 'file'), '');
    const archive = new FolderArchive({ folder: join(path, 'file') });
    await expect(archive.put(sampleArchivedMessage())).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
