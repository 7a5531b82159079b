import { describe, expect, it } from 'vitest';
import { KeyNode, keyBytes, matchesKey } from './key-trie.js';

describe('the key trie', () => {
  it('tells keys with the same 32-bit hash apart', () => {
    // Known collisions of FNV-1a.
    const pairs = [
      ['costarring', 'liquid'],
      ['declinate', 'macallums'],
      ['altarage', 'zinke'],
    ];
    const root = KeyNode.root();
    const nodes = pairs.flat().map((text) => root.add(text, keyBytes(text)));
    for (const node of nodes) expect(root.find(node.key, 0, node.key.length)).toBe(node);
    const absent = keyBytes('altarages');
    expect(root.find(absent, 0, absent.length)).toBeNull();
  });

  it('matches a raw key only up to its closing quote', () => {
    const node = KeyNode.root().add('ab', keyBytes('ab'));
    const source = Buffer.from('ab"abc"a');
    expect(matchesKey(node, source, 0, source.length)).toBe(true);
    expect(matchesKey(node, source, 3, source.length)).toBe(false);
    expect(matchesKey(node, source, 7, source.length)).toBe(false);
    expect(matchesKey(node, source, 0, 2)).toBe(false);
  });

  it('makes a path once', () => {
    const root = KeyNode.root();
    const node = root.reach(['a', '\ud800', 'b']);
    expect(root.reach(['a', '\ud800', 'b'])).toBe(node);
    expect(node.keys()).toEqual(['a', '\ud800', 'b']);
    expect(node.path()).toBe("$.a['\\ud800'].b");
    expect(node.depth).toBe(3);
  });

  it('keeps a lone surrogate apart from every character', () => {
    expect([...keyBytes('\ud800')]).toEqual([0xed, 0xa0, 0x80]);
    expect([...keyBytes('😀')]).toEqual([0xf0, 0x9f, 0x98, 0x80]);
  });
});
