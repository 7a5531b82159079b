import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedMetrics } from '../terraform/proof/handler-calls.js';
import { loadSettings } from './settings.js';

const root = join(import.meta.dirname, '..', '..');
const { functions, metrics } = loadSettings();
/**
 * It reports through the code of another function, which names what that one tells besides; and its jobs tell nothing:
 * rows that are years old are no reason for an alarm.
 */
const NOT_TOLD: Readonly<Record<string, readonly string[]>> = {
  'rebuild-topic': [
    'MaintenanceFailed',
    'ReconciliationFailed',
    'RowsRead',
    'FieldDrift',
    'Copies',
    'Superseded',
    'ParseErrors',
    'RowsCurated',
    'CdeFailures',
    'CdeSpike',
  ],
};

/** Sources that run in a function. */
function sources(): string {
  const folders = [
    'packages/ingest/src',
    'packages/curate/src',
    'reference-deploy/handlers',
    'reference-deploy/aws',
  ];
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => readFileSync(join(root, folder, file), 'utf8')),
    )
    .join('\n');
}

describe('the metrics', () => {
  const text = sources();

  it('are all told by some code', () => {
    expect(Object.keys(metrics).filter((name) => !text.includes(`'${name}'`))).toEqual([]);
  });

  it('are all described, whichever the code tells', () => {
    const told = [...text.matchAll(/(?:metrics\.add|count)\(\s*(?:context,\s*)?'([A-Z]\w+)'/g)].map(
      (match) => match[1]!,
    );
    expect(told.length).toBeGreaterThan(15);
    expect(told.filter((name) => !(name in metrics))).toEqual([]);
  });

  it.each(Object.keys(functions))('that %s tells are those that are said to come from it', async (name) => {
    const said = Object.keys(metrics).filter((metric) => metrics[metric]!.from.includes(name));
    const named = await namedMetrics(name, Object.keys(metrics));
    expect(named.filter((metric) => !NOT_TOLD[name]?.includes(metric))).toEqual(said);
  });

  it('are what docs/metrics.md says', () => {
    const rows = Object.entries(metrics).map(([name, { unit, dimensions, meaning, from }]) => {
      const sets = dimensions.map((set) => (set.length === 0 ? 'deployment' : set.join(' + '))).join(', ');
      return `| \`${name}\` | ${unit} | ${sets} | ${meaning} | ${from.join(', ')} |`;
    });
    const table = ['| metric | unit | per | meaning | told by |', '|---|---|---|---|---|', ...rows].join(
      '\n',
    );
    const file = join(root, 'docs', 'metrics.md');
    const page = readFileSync(file, 'utf8');
    const written = page.slice(page.indexOf('| metric |')).trimEnd();
    if (process.env['LEAN_OPS_UPDATE_DOCS'] === 'true') writeFileSync(file, page.replace(written, table));
    else expect(written).toBe(table);
  });
});
