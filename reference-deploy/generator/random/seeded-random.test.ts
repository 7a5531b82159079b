import { describe, expect, it } from 'vitest';
import { SeededRandom } from './seeded-random.js';

describe('SeededRandom', () => {
  it('repeats itself for the same seed and labels', () => {
    const words = (random: SeededRandom): number[] => Array.from({ length: 50 }, () => random.word());
    expect(words(new SeededRandom(42, 7, 1))).toEqual(words(new SeededRandom(42, 7, 1)));
    expect(words(new SeededRandom(42, 7, 1))).not.toEqual(words(new SeededRandom(42, 1, 7)));
    expect(words(new SeededRandom(2 ** 33))).not.toEqual(words(new SeededRandom(0)));
  });

  it('spreads evenly, also over the first words of neighbouring events', () => {
    const buckets = new Array<number>(16).fill(0);
    for (let index = 0; index < 16_000; index += 1) {
      const bucket = new SeededRandom(1, index).below(16);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('gives no identifier twice in fifty thousand', () => {
    const seen = new Set(Array.from({ length: 50_000 }, (_, index) => new SeededRandom(9, index).uuid()));
    expect(seen.size).toBe(50_000);
    expect([...seen][0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('stays inside the bounds it is given', () => {
    const random = new SeededRandom(3);
    for (let draw = 0; draw < 1000; draw += 1) {
      expect(random.between(-3, 3)).toBeGreaterThanOrEqual(-3);
      expect(random.between(-3, 3)).toBeLessThanOrEqual(3);
      expect(random.next()).toBeLessThan(1);
    }
  });
});
