import { readdir, readFile } from 'node:fs/promises';
import { parseContract } from '@lean-ops/core/contract';
import { describe, expect, it } from 'vitest';
import { EventSource } from '../event/event-source.js';
import { type JsonNode, type JsonTree, valueAt } from './json-tree.js';
import { DEMO_PROFILES, profileFor } from './profiles.js';

const CONTRACTS = new URL('../../contracts/', import.meta.url);

describe('the example contracts', async () => {
  it.each((await readdir(CONTRACTS)).filter((name) => name.endsWith('.json')))(
    '%s is a valid contract',
    async (name) => {
      const contract = parseContract(await readFile(new URL(name, CONTRACTS), 'utf8'), { path: name });
      expect(contract.topic).toBe(name.replace('.json', '').replaceAll('-', '_'));
    },
  );
});

describe.each(DEMO_PROFILES)('the profile of $queueTopic', (profile) => {
  const { columns } = profile.contract;
  const payload = new EventSource({ seed: 1, index: 5, profile, sentMs: 1e12 }).version(1).payload;

  it('names paths that its payloads have and columns that its contract makes from them', () => {
    const { critical, integer, optional, renamed, nested } = profile;
    for (const { path, column } of [...critical, integer, optional, renamed, nested]) {
      expect(columns[column]?.path, column).toBe(path);
      expect(() => valueAt(payload, path), path).not.toThrow();
    }
    for (const { alias, column } of [renamed, nested]) expect(columns[column]?.aliases).toContain(alias);
    for (const { column } of critical) expect(columns[column]?.cde, column).toBeTruthy();
    expect(columns[integer.column]?.type).toBe('int');
    expect(Object.values(columns).map(({ path }) => path)).not.toContain(profile.loose);
    expect(() => valueAt(payload, profile.loose)).not.toThrow();
    expect(columns['idempotency_key']?.cde !== undefined).toBe(profile.keyIsCritical);
  });

  it('has a payload of some 400 to 550 bytes that governed columns can all be read from', () => {
    for (let index = 0; index < 200; index += 1) {
      const event = new EventSource({ seed: 1, index, profile, sentMs: 1e12 });
      const bytes = Buffer.byteLength(JSON.stringify(event.version(1).payload));
      expect(bytes).toBeGreaterThan(380);
      expect(bytes).toBeLessThan(560);
    }
    for (const { path } of Object.values(columns)) {
      if (path?.startsWith('$') === true) expect(leafAt(payload, path), path).toBeDefined();
    }
  });
});

describe('profileFor', () => {
  it('gives any other topic one of the kinds of device under its own name', () => {
    const profile = profileFor('user-logins', 1);
    expect(profile.queueTopic).toBe('user-logins');
    expect(profile.contract.topic).toBe('user_logins');
    expect(profile.contract.columns).toEqual(DEMO_PROFILES[1]?.contract.columns);
  });

  it('refuses a name that no table can have', () => {
    expect(() => profileFor('7up')).toThrow('cannot name a table');
    expect(() => profileFor('orders-errors')).toThrow('ends in "_errors"');
  });
});

function leafAt(tree: JsonTree, path: string): JsonNode | undefined {
  try {
    return valueAt(tree, path);
  } catch {
    return undefined;
  }
}
