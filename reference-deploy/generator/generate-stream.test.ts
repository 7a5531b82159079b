import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RATES, FAULT_CLASSES, type FaultClass } from './fault-class.js';
import { type GeneratedMessage, type GeneratedStream, generateStream } from './generate-stream.js';
import { DEMO_PROFILES } from './profile/profiles.js';

const DEMO = { topics: DEMO_PROFILES, seed: 42 } as const;

function messagesOf(stream: GeneratedStream): GeneratedMessage[] {
  return [...stream.rounds].flatMap(({ messages }) => [...messages]);
}

function fingerprint(stream: GeneratedStream): string {
  const hash = createHash('sha256');
  for (const { messages } of stream.rounds)
    for (const message of messages) hash.update(JSON.stringify(message));
  for (const record of stream.groundTruth) hash.update(JSON.stringify(record));
  return hash.digest('hex');
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('generateStream', () => {
  it('gives the same bytes for the same seed and others for another', () => {
    const options = { ...DEMO, events: 3000 };
    expect(fingerprint(generateStream(options))).toBe(fingerprint(generateStream(options)));
    expect(fingerprint(generateStream({ ...options, seed: 43 }))).not.toBe(
      fingerprint(generateStream(options)),
    );
  });

  it('may be iterated twice and in any order, the ground truth included', () => {
    const stream = generateStream({ ...DEMO, events: 500 });
    const truth = JSON.stringify([...stream.groundTruth]);
    const [first, second] = [...stream.rounds];
    const late = JSON.stringify([...(second?.messages ?? [])]);
    expect(JSON.stringify([...(first?.messages ?? [])])).toBe(JSON.stringify([...(first?.messages ?? [])]));
    expect(JSON.stringify([...([...stream.rounds][1]?.messages ?? [])])).toBe(late);
    expect(JSON.stringify([...stream.groundTruth])).toBe(truth);
  });

  it.each([0, 1, 2, 7, 100, 4999])('sends exactly the %i messages asked for', (events) => {
    expect(messagesOf(generateStream({ ...DEMO, events }))).toHaveLength(events);
  });

  it('injects every fault class of every topic, given room for it', () => {
    const injected = new Set<string>();
    for (const record of generateStream({ ...DEMO, events: 6000 }).groundTruth) {
      injected.add(`${record.faultClass} ${record.topic}`);
    }
    for (const { contract, bodies } of DEMO_PROFILES) {
      for (const faultClass of FAULT_CLASSES) {
        if (faultClass === 'unknown-topic') continue;
        if (faultClass === 'missing-payload' && bodies !== 'wrapped') continue;
        expect(injected).toContain(`${faultClass} ${contract.topic}`);
      }
    }
    expect(injected).toContain('unknown-topic unknown');
  });

  it('keeps to the rates: three in a hundred break a critical data element', () => {
    const events = 40_000;
    const counts = new Map<FaultClass, number>();
    for (const { faultClass } of generateStream({ ...DEMO, events }).groundTruth) {
      counts.set(faultClass, (counts.get(faultClass) ?? 0) + 1);
    }
    for (const faultClass of ['cde-violation', 'network-duplicate', 'business-correction'] as const) {
      const share = (counts.get(faultClass) ?? 0) / events;
      expect(share).toBeGreaterThan(DEFAULT_RATES[faultClass] * 0.85);
      expect(share).toBeLessThan(DEFAULT_RATES[faultClass] * 1.15);
    }
  });

  it('injects nothing of a class whose rate is zero', () => {
    const none = Object.fromEntries(FAULT_CLASSES.map((faultClass) => [faultClass, 0]));
    const stream = generateStream({ ...DEMO, events: 2000, rates: none });
    expect([...stream.groundTruth]).toEqual([]);
    expect(messagesOf(stream).every(({ body }) => isObject(body))).toBe(true);
    const only = generateStream({ ...DEMO, events: 2000, rates: { ...none, 'null-key': 0.5 } });
    expect(new Set([...only.groundTruth].map(({ faultClass }) => faultClass))).toEqual(new Set(['null-key']));
  });

  it('sends every message that the ground truth names, as often as it says, and repeats no other id', () => {
    const stream = generateStream({ ...DEMO, events: 5000 });
    const sent = new Map<string, number>();
    for (const { sqsMessageId } of messagesOf(stream))
      sent.set(sqsMessageId, (sent.get(sqsMessageId) ?? 0) + 1);
    const named = new Map<string, number>();
    for (const { sqsMessageIds } of stream.groundTruth) {
      for (const id of sqsMessageIds) named.set(id, (named.get(id) ?? 0) + 1);
    }
    for (const [id, times] of sent) expect(times, id).toBe(named.get(id) ?? 1);
    for (const id of named.keys()) expect(sent.has(id), id).toBe(true);
  });

  it('breaks bodies so that no JSON parser takes them for an object, and payloads only inside sound bodies', () => {
    const stream = generateStream({ ...DEMO, events: 8000 });
    const bodies = new Map(messagesOf(stream).map(({ sqsMessageId, body }) => [sqsMessageId, body]));
    let malformed = 0;
    for (const { faultClass, sqsMessageIds } of stream.groundTruth) {
      const broken = faultClass.startsWith('malformed-body');
      if (broken) malformed += 1;
      for (const id of sqsMessageIds)
        expect(isObject(bodies.get(id) ?? ''), `${faultClass} ${id}`).toBe(!broken);
    }
    expect(malformed).toBeGreaterThan(20);
  });

  it('keeps back corrections, late arrivals and drift for the rounds after the first', () => {
    const stream = generateStream({ ...DEMO, events: 5000, rounds: 5 });
    const roundOf = new Map<string, number[]>();
    for (const { sqsMessageId, round } of messagesOf(stream)) {
      roundOf.set(sqsMessageId, [...(roundOf.get(sqsMessageId) ?? []), round]);
    }
    let acrossRounds = 0;
    for (const { faultClass, sqsMessageIds } of stream.groundTruth) {
      const rounds = [...new Set(sqsMessageIds)].flatMap((id) => roundOf.get(id) ?? []);
      if (new Set(rounds).size > 1) acrossRounds += 1;
      if (faultClass.startsWith('schema-drift') || faultClass === 'late-arrival')
        expect(Math.min(...rounds)).toBeGreaterThan(0);
    }
    expect(acrossRounds).toBeGreaterThan(50);
  });

  it('sends in the order of time, every round before its end', () => {
    let last = 0;
    for (const { nowMs, messages } of generateStream({ ...DEMO, events: 2000, rounds: 6 }).rounds) {
      for (const { sentTimestampMs } of messages) {
        expect(sentTimestampMs).toBeGreaterThanOrEqual(last);
        expect(sentTimestampMs).toBeLessThan(nowMs);
        last = sentTimestampMs;
      }
      last = nowMs;
    }
  });

  it('makes payloads of a few hundred bytes, wrapped and bare', () => {
    const none = Object.fromEntries(FAULT_CLASSES.map((faultClass) => [faultClass, 0]));
    const messages = messagesOf(generateStream({ ...DEMO, events: 3000, rates: none }));
    const mean = messages.reduce((sum, { body }) => sum + body.length, 0) / messages.length;
    expect(mean).toBeGreaterThan(500);
    expect(mean).toBeLessThan(900);
    const wrapped = messages.filter(({ body }) => Object.hasOwn(JSON.parse(body), 'payload')).length;
    expect(wrapped).toBeGreaterThan(1000);
    expect(wrapped).toBeLessThan(2500);
  });

  it('keeps every SQS body within the 1 MiB that SQS takes', () => {
    for (const { body } of messagesOf(
      generateStream({ ...DEMO, events: 3000, rates: { oversize: 0.002 } }),
    )) {
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(1_048_576);
      expect(body.length).toBeGreaterThan(0);
    }
  });

  it.each([
    [{ events: -1 }, 'events is -1: give a whole number from 0 to 1000000000'],
    [{ events: 1.5 }, 'events is 1.5'],
    [{ seed: -2 }, 'seed is -2'],
    [{ rounds: 0 }, 'rounds is 0: give a whole number from 1 to 1000'],
    [{ rates: { 'null-key': 2 } }, 'the rate of null-key is 2: give a share between 0 and 1'],
    [{ rates: { 'null-key': 0.6, 'cde-violation': 0.6 } }, 'the rates need '],
  ])('refuses %j', (options, message) => {
    expect(() => generateStream({ ...DEMO, events: 10, ...options })).toThrow(message);
  });
});
