import { tableSafeTopic } from '@lean-ops/core';
import { UNKNOWN_TOPIC } from '@lean-ops/ingest';
import { InvalidArgumentError } from 'commander';
import { FAULT_CLASSES, type FaultClass, isFaultClass } from '../generator/fault-class.js';

/** Parses a whole number between two bounds. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < from || value > to) {
      throw new InvalidArgumentError(`Give a whole number from ${from} to ${to}.`);
    }
    return value;
  };
}

/** Parses a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

/** Parses names between commas. */
export function nameList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === ''))
    throw new InvalidArgumentError('Give names between commas, none of them empty.');
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw new InvalidArgumentError(`${JSON.stringify(twice)} is there twice.`);
  return names;
}

/** Parses one topic as its queue spells it. */
export function queueTopic(text: string): string {
  try {
    tableSafeTopic(text);
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof Error ? error.message : String(error)}.`);
  }
  return text;
}

/** Parses topics that a warehouse may know, {@link UNKNOWN_TOPIC} too, into the names of their tables. */
export function knownTopics(text: string): string[] {
  return nameList(text).map((name) => (name === UNKNOWN_TOPIC ? name : tableSafeTopic(queueTopic(name))));
}

/** Parses topics between commas; two spellings of one table name are refused. */
export function queueTopics(text: string): string[] {
  const topics = nameList(text).map(queueTopic);
  const tables = new Map<string, string>();
  for (const topic of topics) {
    const table = tableSafeTopic(topic);
    const other = tables.get(table);
    if (other !== undefined) {
      throw new InvalidArgumentError(
        `${JSON.stringify(other)} and ${JSON.stringify(topic)} name one table, ${table}.`,
      );
    }
    tables.set(table, topic);
  }
  return topics;
}

/** Parses `class=share`, again and again. */
export function faultRate(
  text: string,
  earlier: Partial<Record<FaultClass, number>> = {},
): Partial<Record<FaultClass, number>> {
  const [name = '', share = ''] = text.split('=', 2);
  if (!isFaultClass(name)) {
    throw new InvalidArgumentError(
      `${JSON.stringify(name)} is no fault class. There are: ${FAULT_CLASSES.join(', ')}.`,
    );
  }
  const rate = Number(share);
  if (share.trim() === '' || !(rate >= 0 && rate <= 1)) {
    throw new InvalidArgumentError(`Give class=share with a share between 0 and 1, such as ${name}=0.01.`);
  }
  return { ...earlier, [name]: rate };
}
