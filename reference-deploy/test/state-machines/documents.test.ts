import { readdirSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { walkStates } from '../../local/state-machine/document.js';
import { lintDocument } from '../../local/state-machine/lint.js';
import { START_JOB_RUN } from '../../local/state-machine/spark-stand-in.js';
import functions from '../../settings/functions.json' with { type: 'json' };
import { document } from './run-document.js';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly MaxAttempts: number;
  readonly JitterStrategy: string;
}

interface FunctionSettings {
  readonly timeoutSeconds: number;
  readonly reservedConcurrency: number | string | null;
}

const FUNCTIONS: Readonly<Record<string, FunctionSettings>> = functions;

/** What the deployment gives the function of a task. */
function functionOf(task: { readonly Resource?: string }): FunctionSettings {
  const name = task.Resource?.split(':').at(-1) ?? '';
  const found = FUNCTIONS[name];
  if (found === undefined) throw new Error(`the settings have no function ${name}`);
  return found;
}

const NAMES = readdirSync(new URL('../../state-machines', import.meta.url))
  .filter((name) => name.endsWith('.asl.json'))
  .map((name) => name.replace('.asl.json', ''));

it('are the four of the deployment', () => {
  expect(NAMES.sort()).toEqual([
    'historical-rebuilder',
    'maintenance-orchestrator',
    'master-pipeline-orchestrator',
    'reconciliation-orchestrator',
  ]);
});

describe.each(NAMES)('the document %s', (name) => {
  const parsed = document(name);
  const states = [...walkStates(parsed)];

  it('is valid Amazon States Language', () => {
    const result = validate(structuredClone(parsed) as never, { checkArn: true, checkPaths: true });
    expect(result.errorsText()).toBe('');
    expect(result.isValid).toBe(true);
  });

  it('passes the lint', () => {
    expect(lintDocument(parsed)).toEqual([]);
  });

  it('retries every function on retryable errors, and longer where all its instances are in use', () => {
    for (const { name: state, state: task } of states) {
      if (task.Type !== 'Task' || task.Resource === START_JOB_RUN) continue;
      const [retrier, throttled] = task.Retry as Retrier[];
      expect(retrier?.ErrorEquals, state).toContain('LeanOps.Retryable');
      expect(throttled, state).toMatchObject({
        ErrorEquals: ['Lambda.TooManyRequestsException'],
        JitterStrategy: 'FULL',
      });
      expect(throttled!.MaxAttempts, state).toBeGreaterThan(retrier!.MaxAttempts);
      expect(retrier!.JitterStrategy, state).toBe('FULL');
    }
  });

  it('waits longer for a function than the function may run: what it takes for failed is dead', () => {
    for (const { name: state, state: task } of states) {
      if (task.Type !== 'Task' || task.Resource === START_JOB_RUN) continue;
      const { timeoutSeconds } = functionOf(task);
      expect(task.TimeoutSeconds, state).toBeGreaterThan(timeoutSeconds);
    }
  });

  it('works on no more topics at once than its functions have instances', () => {
    for (const { name: state, state: map } of states) {
      if (map.Type !== 'Map') continue;
      for (const { state: task } of walkStates(map.ItemProcessor!)) {
        if (task.Type !== 'Task' || task.Resource === START_JOB_RUN) continue;
        const { reservedConcurrency } = functionOf(task);
        if (typeof reservedConcurrency !== 'number') continue;
        expect(map['MaxConcurrency'], state).toBeLessThanOrEqual(reservedConcurrency);
      }
    }
  });

  it('hands on the results of a Map in place of what it began with', () => {
    for (const { name: state, state: map } of states) {
      const { Mode } = (map.ItemProcessor?.['ProcessorConfig'] ?? {}) as { Mode?: string };
      if (map.Type !== 'Map' || Mode !== 'DISTRIBUTED') continue;
      expect(map, state).not.toHaveProperty('ResultPath');
      expect(map['ResultSelector'], state).toMatchObject({ 'outcomes.$': '$' });
    }
  });
});
