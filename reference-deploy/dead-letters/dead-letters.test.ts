import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArchive } from '@lean-ops/ingest/folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDeadLetters } from './check.js';
import { discardDeadLetters } from './discard.js';
import { listDeadLetters } from './list.js';
import { replayDeadLetters } from './replay/replay.js';
import { findDeadLetter, selectDeadLetters } from './select.js';
import { deadLetterStats } from './stats.js';
import { collect, DeadLetterWorld, message, queueArn, START } from './test/world.js';

async function mixedWorld(): Promise<DeadLetterWorld> {
  const world = new DeadLetterWorld();
  await world.deadLetter('1');
  world.clock.advance(1_000);
  await world.process([message('2', { body: 'bad' }), message('3', { queueArn: queueArn('visits') })]);
  world.clock.advance(1_000);
  await world.deliveryFailure('4');
  return world;
}

describe('selecting', () => {
  const found = async (world: DeadLetterWorld, filter: Parameters<typeof selectDeadLetters>[1]) =>
    (await collect(selectDeadLetters(world.state.errors, filter)))
      .map(({ sqsMessageId }) => sqsMessageId)
      .sort();

  it('holds everything that is given at once', async () => {
    const world = await mixedWorld();
    expect(await found(world, {})).toEqual(['sqs-1', 'sqs-2', 'sqs-3', 'sqs-4']);
    expect(await found(world, { topics: ['visits', 'clicks'] })).toEqual(['sqs-3']);
    expect(await found(world, { topics: ['orders', 'visits'], kind: 'quarantine' })).toEqual([
      'sqs-2',
      'sqs-3',
    ]);
    expect(await found(world, { errorClass: 'contract' })).toEqual(['sqs-3']);
    expect(await found(world, { errorCode: 'BODY_NOT_JSON' })).toEqual(['sqs-2']);
    expect(await found(world, { since: START + 1_000, until: START + 1_999 })).toEqual(['sqs-2', 'sqs-3']);
    expect(await found(world, { statuses: ['replayed', 'discarded'] })).toEqual([]);
  });

  it('knows a message by the beginning of its id, if that is of no other', async () => {
    const world = await mixedWorld();
    const [first] = await world.tracked();
    const { id } = first!;
    expect((await findDeadLetter(world.state.errors, id)).id).toBe(id);
    expect((await findDeadLetter(world.state.errors, id.slice(0, 8))).id).toBe(id);
    await expect(findDeadLetter(world.state.errors, id.slice(0, 3))).rejects.toMatchObject({
      code: 'DEAD_LETTER_NOT_FOUND',
    });
    await expect(findDeadLetter(world.state.errors, 'zzzz')).rejects.toThrow(
      /no dead letter has the id "zzzz"/,
    );
    await world.state.errors.record({ ...first!, id: `${id.slice(0, 30)}zz` });
    await expect(findDeadLetter(world.state.errors, id.slice(0, 8))).rejects.toMatchObject({
      code: 'ID_AMBIGUOUS',
      context: { matches: 2 },
    });
  });
});

describe('counting', () => {
  it('groups by topic, kind, class, code and status, the most frequent first', async () => {
    const world = await mixedWorld();
    await world.process([message('5', { body: 'worse' })]);
    const stats = await deadLetterStats(world.state.errors);
    expect(stats).toHaveLength(4);
    expect(stats[0]).toEqual({
      topic: 'orders',
      kind: 'quarantine',
      errorClass: 'malformed',
      errorCode: 'BODY_NOT_JSON',
      status: 'open',
      count: 2,
      oldest: START + 1_000,
      newest: START + 2_000,
      mostReplays: 0,
    });
    expect(await deadLetterStats(world.state.errors, { topics: ['nothing'] })).toEqual([]);
  });
});

describe('discarding', () => {
  const discard = (world: DeadLetterWorld, options: Partial<Parameters<typeof discardDeadLetters>[1]> = {}) =>
    collect(discardDeadLetters(world.ports, { by: 'ana', reason: 'load test', ...options }));

  it('keeps the message, and says who, when and why', async () => {
    const world = await mixedWorld();
    const results = await discard(world, { filter: { topics: ['visits'] } });
    expect(results.map(({ outcome }) => outcome)).toEqual(['discarded']);
    const [record] = await collect(selectDeadLetters(world.state.errors, { statuses: ['discarded'] }));
    expect(record).toMatchObject({
      sqsMessageId: 'sqs-3',
      lastChange: { by: 'ana', at: START + 2_000, reason: 'load test' },
    });
    expect((await world.archive.get(record!.archiveKey)).sqsMessageId).toBe('sqs-3');
  });

  it('changes nothing when it is only to say what it would do, and at most as many as allowed', async () => {
    const world = await mixedWorld();
    expect((await discard(world, { dryRun: true })).map(({ outcome }) => outcome)).toEqual(
      new Array(4).fill('would-discard'),
    );
    expect(await discard(world, { limit: 3 })).toHaveLength(3);
    expect((await world.tracked()).filter(({ status }) => status === 'open')).toHaveLength(1);
  });

  it.each([
    { by: ' ', reason: 'x' },
    { by: 'ana', reason: '' },
  ])('needs a name and a reason: %j', async (options) => {
    await expect(discard(await mixedWorld(), options)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('leaves alone what was replayed, and says so of a message that is named', async () => {
    const world = new DeadLetterWorld();
    const { id } = await world.deadLetter('1');
    await collect(replayDeadLetters(world.ports, { by: 'ana' }));
    expect(await discard(world)).toEqual([]);
    expect(await discard(world, { filter: { ids: [id] } })).toMatchObject([{ outcome: 'not-open' }]);
  });

  it('is taken back by a replay of that status', async () => {
    const world = new DeadLetterWorld();
    await world.deadLetter('1');
    await discard(world);
    expect(await collect(replayDeadLetters(world.ports, { by: 'ana' }))).toEqual([]);
    const filter = { statuses: ['discarded'] } as const;
    expect(await collect(replayDeadLetters(world.ports, { by: 'ana', filter }))).toMatchObject([
      { outcome: 'sent' },
    ]);
  });

  it('of a message that comes back meanwhile from an earlier replay stands', async () => {
    const world = new DeadLetterWorld();
    await world.process([message('1', { body: 'bad' })]);
    await collect(replayDeadLetters(world.ports, { by: 'ana', force: true }));
    await world.drain();
    await discard(world);
    await world.process([message('1', { body: 'bad' })]);
    expect(await world.tracked()).toMatchObject([{ status: 'discarded', replays: 1 }]);
  });
});

describe('an archive folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function folderWorld(): Promise<{ world: DeadLetterWorld; paths: string[] }> {
    const archive = new FolderArchive({ folder });
    const world = new DeadLetterWorld({ archive });
    for (const id of ['1', '2', '3', '4']) {
      await world.deadLetter(id);
      world.clock.advance(1_000);
    }
    const paths = (await world.tracked()).map(({ archiveKey }) => join(folder, archiveKey));
    return { world, paths };
  }

  it('with a message missing, one cut short and one that is no gzip: listed as such', async () => {
    const { world, paths } = await folderWorld();
    await rm(paths[0]!);
    await truncate(paths[1]!, 20);
    await writeFile(paths[2]!, 'not gzip at all');
    const listed = await collect(listDeadLetters(world.ports));
    expect(listed.map(({ archive }) => archive)).toEqual(['missing', 'corrupt', 'corrupt', 'kept']);
    const unchecked = await collect(listDeadLetters(world.ports, { check: false, limit: 2 }));
    expect(unchecked.map(({ archive }) => archive)).toEqual([null, null]);
  });

  it('that agrees with the tracker gives no finding', async () => {
    const { world } = await folderWorld();
    expect(await collect(checkDeadLetters(world.ports))).toEqual([]);
  });

  it('is compared with the tracker both ways, and what only it has can be tracked again', async () => {
    const { world, paths } = await folderWorld();
    await rm(paths[0]!);
    await writeFile(paths[1]!, 'not gzip');
    const lost = new DeadLetterWorld({ archive: world.ports.archive });
    const [missing] = await world.tracked();
    await lost.state.errors.record(missing!);
    const findings = await collect(checkDeadLetters(lost.ports));
    expect(findings.map(({ finding }) => finding).sort()).toEqual([
      'corrupt',
      'missing',
      'untracked',
      'untracked',
    ]);
    const mended = await collect(checkDeadLetters(lost.ports, { repair: true }));
    expect(mended.map(({ finding }) => finding).sort()).toEqual(['corrupt', 'missing', 'tracked', 'tracked']);
    const again = await lost.state.errors.get((await world.tracked())[3]!.id);
    expect(again).toEqual((await world.tracked())[3]);
    expect((await readdir(folder)).sort()).toEqual(['.unfinished', 'dead-letter']);
  });
});
