import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from './settings.js';

const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations_runbook.md'), 'utf8');
const sections = new Map(
  runbook
    .split(/^#{1,2} /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0]!, section]),
);
const { alarms } = loadSettings();

describe('the runbook', () => {
  it.each(Object.keys(alarms))('says of %s what it means, what to check and what to do', (name) => {
    const section = sections.get(name);
    expect(section).toBeDefined();
    for (const part of ['**Means**', '**Check**', '**Remedy**'])
      expect(section!.replaceAll('**Remedy.**', '**Remedy**')).toContain(part);
  });

  it('has no section of an alarm that is gone', () => {
    const described = [...sections].filter(([, text]) => text.includes('**Means**')).map(([name]) => name);
    expect(described.sort()).toEqual(Object.keys(alarms).sort());
  });

  it.each(['Deploy', 'Roll back', 'Pause a topic', 'Replay', 'Rebuild', 'Restore', 'Destroy'])(
    'tells how to %s',
    (title) => {
      expect(sections.has(title)).toBe(true);
    },
  );
});
