import { readdirSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { walkStates } from '../../local/state-machine/document.js';
import { lintDocument } from '../../local/state-machine/lint.js';
import { START_JOB_RUN } from '../../local/state-machine/spark-stand-in.js';
import { document } from './run-document.js';

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

  it('retries every function on retryable errors and on those of the Lambda service', () => {
    for (const { name: state, state: task } of states) {
      if (task.Type !== 'Task' || task.Resource === START_JOB_RUN) continue;
      const [retrier] = task.Retry as { ErrorEquals: string[]; JitterStrategy: string }[];
      expect(retrier?.ErrorEquals, state).toContain('LeanOps.Retryable');
      expect(retrier?.ErrorEquals, state).toContain('Lambda.TooManyRequestsException');
      expect(retrier?.JitterStrategy, state).toBe('FULL');
    }
  });

  it('waits longer for a function than the function may run', () => {
    // Functions of one minute, of five, and of Lambda's fifteen: what is caught is dead.
    for (const { name: state, state: task } of states) {
      if (task.Type !== 'Task' || task.Resource === START_JOB_RUN) continue;
      expect([90, 330, 930], state).toContain(task.TimeoutSeconds);
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
