import assert from 'node:assert/strict';
import { IcebergError } from '../error.js';
import type { Storage } from '../storage/storage.js';
import type { ContractCase } from './contract-case.js';

/** What a storage is tried with: an empty place of its own per case. */
export interface StorageHarness {
  open(): Promise<{ storage: Storage; root: string }>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/**
 * Everything a {@link Storage} promises.
 *
 * @example
 * for (const { name, run } of storageContract(harness)) test(name, run);
 */
export function storageContract(harness: StorageHarness): ContractCase[] {
  const promise = (name: string, check: (storage: Storage, root: string) => Promise<void>): ContractCase => ({
    name,
    run: async () => {
      const { storage, root } = await harness.open();
      await check(storage, root);
    },
  });
  return [
    promise('reads back what was written, folders made as needed', async (storage, root) => {
      await storage.write(`${root}/a/b/c.txt`, bytes('hello'));
      assert.equal(text(await storage.read(`${root}/a/b/c.txt`)), 'hello');
    }),
    promise('reads a part of a file', async (storage, root) => {
      await storage.write(`${root}/f`, bytes('0123456789'));
      assert.equal(text(await storage.read(`${root}/f`, { range: { start: 3, end: 6 } })), '345');
    }),
    promise('keeps an empty file', async (storage, root) => {
      await storage.write(`${root}/empty`, new Uint8Array(0));
      assert.equal((await storage.read(`${root}/empty`)).length, 0);
      assert.equal((await storage.stat(`${root}/empty`))?.size, 0);
    }),
    promise('gives bytes that a later write does not change', async (storage, root) => {
      const source = bytes('one');
      await storage.write(`${root}/f`, source);
      source.fill(0);
      const before = await storage.read(`${root}/f`);
      await storage.write(`${root}/f`, bytes('two'));
      assert.equal(text(before), 'one');
      assert.equal(text(await storage.read(`${root}/f`)), 'two');
    }),
    promise('says FILE_NOT_FOUND of a file that is not there', async (storage, root) => {
      await assert.rejects(
        storage.read(`${root}/none`),
        (error) => error instanceof IcebergError && error.code === 'FILE_NOT_FOUND',
      );
      assert.equal(await storage.stat(`${root}/none`), null);
    }),
    promise('tells the size and a plausible time of a file', async (storage, root) => {
      await storage.write(`${root}/f`, bytes('12345'));
      const found = await storage.stat(`${root}/f`);
      assert.equal(found?.size, 5);
      assert.equal(typeof found?.lastModified, 'number');
    }),
    promise('lets exactly one of many concurrent writers create a file', async (storage, root) => {
      const names = Array.from({ length: 20 }, (_, writer) => `writer ${writer}`);
      const won = await Promise.all(names.map((name) => storage.writeIfAbsent(`${root}/v1`, bytes(name))));
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal(text(await storage.read(`${root}/v1`)), names[won.indexOf(true)]);
      assert.equal(await storage.writeIfAbsent(`${root}/v1`, bytes('late')), false);
    }),
    promise('lists all files below a prefix and no others', async (storage, root) => {
      for (const name of ['p/a', 'p/q/b', 'pp/c']) await storage.write(`${root}/${name}`, bytes(name));
      const found: string[] = [];
      for await (const file of storage.list(`${root}/p`)) {
        found.push(file.path);
        assert.equal(file.size, text(await storage.read(file.path)).length);
      }
      assert.deepEqual(found.sort(), [`${root}/p/a`, `${root}/p/q/b`]);
    }),
    promise('lists nothing below an absent prefix', async (storage, root) => {
      for await (const { path } of storage.list(`${root}/nowhere`)) assert.fail(path);
    }),
    promise('leaves nothing behind but the files written', async (storage, root) => {
      await storage.write(`${root}/x/a`, bytes('a'));
      await storage.writeIfAbsent(`${root}/x/b`, bytes('b'));
      await storage.writeIfAbsent(`${root}/x/b`, bytes('c'));
      const found: string[] = [];
      for await (const { path } of storage.list(`${root}/x`)) found.push(path);
      assert.deepEqual(found.sort(), [`${root}/x/a`, `${root}/x/b`]);
    }),
    promise('deletes files, absent ones too', async (storage, root) => {
      await storage.write(`${root}/f`, bytes('x'));
      await storage.delete([`${root}/f`, `${root}/never`]);
      assert.equal(await storage.stat(`${root}/f`), null);
      await storage.delete([`${root}/f`]);
    }),
    promise('does nothing under a signal that has fired', async (storage, root) => {
      await storage.write(`${root}/f`, bytes('x'));
      const reason = new Error('enough');
      const under = { signal: AbortSignal.abort(reason) };
      const calls: (() => Promise<unknown>)[] = [
        () => storage.read(`${root}/f`, under),
        () => storage.stat(`${root}/f`, under),
        () => storage.write(`${root}/f`, bytes('y'), under),
        () => storage.write(`${root}/g`, bytes('y'), under),
        () => storage.writeIfAbsent(`${root}/g`, bytes('y'), under),
        async () => {
          for await (const { path } of storage.list(root, under)) assert.fail(path);
        },
        () => storage.delete([`${root}/f`], under),
      ];
      for (const call of calls) {
        await assert.rejects(
          call(),
          (error) => error instanceof IcebergError && error.code === 'ABORTED' && error.cause === reason,
          String(call),
        );
      }
      assert.equal(text(await storage.read(`${root}/f`)), 'x');
      assert.equal(await storage.stat(`${root}/g`), null);
    }),
  ];
}
