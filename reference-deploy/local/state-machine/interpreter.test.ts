import { describe, expect, it } from 'vitest';
import { readDocument, type StateMachineDocument } from './document.js';
import { Interpreter, type TaskHandler } from './interpreter.js';
import { lintDocument } from './lint.js';

const RESOURCE = 'arn:aws:lambda:eu-west-1:123456789012:function:work';

const documentOf = (task: Record<string, unknown> = {}): StateMachineDocument => ({
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: RESOURCE,
      ResultPath: '$.result',
      TimeoutSeconds: 60,
      End: true,
      ...task,
    },
  },
});

const run = (handler: TaskHandler, input: Record<string, unknown> = {}) =>
  new Interpreter({ document: documentOf(), handlers: { [RESOURCE]: handler }, retryIntervalMs: 0 }).run({
    id: 'id',
    name: 'name',
    input,
  });

describe('Interpreter', () => {
  it('hands a task its input as JSON and keeps the rest of the state', async () => {
    const seen: unknown[] = [];
    const result = await run(
      async (input) => {
        seen.push(input);
        return { kept: undefined, sum: 3 };
      },
      { a: 1 },
    );
    expect(seen).toEqual([{ a: 1 }]);
    expect(result).toEqual({ a: 1, result: { sum: 3 } });
  });

  it('leaves the document it was given as it was', () => {
    const document = documentOf();
    const before = structuredClone(document);
    new Interpreter({ document, handlers: { [RESOURCE]: async () => ({}) } });
    expect(document).toEqual(before);
  });

  it('refuses a result above the payload limit of Step Functions', async () => {
    await expect(run(async () => 'x'.repeat(256 * 1024))).rejects.toThrow(/Step Functions takes 262144/);
  });

  it('refuses a document with a task that has no handler', () => {
    expect(() => new Interpreter({ document: documentOf(), handlers: {} })).toThrow(/no handler for .*:work/);
  });

  it('refuses a document that is no state machine', () => {
    const document = documentOf({ Next: 'Nowhere' });
    expect(() => new Interpreter({ document, handlers: { [RESOURCE]: async () => ({}) } })).toThrow(
      /state machine document is refused/,
    );
  });
});

describe('lintDocument', () => {
  it.each([
    ['a query language of JSONata', { QueryLanguage: 'JSONata' }],
    ['a JSONata expression', { Parameters: { topic: '{% $states.input.topic %}' } }],
    ['a field that only JSONata states have', { Arguments: { topic: 'orders' } }],
    ['a task that replaces its input', { ResultPath: '$' }],
    ['a task without a time limit', { TimeoutSeconds: undefined }],
  ])('refuses %s', (_, task) => {
    const findings = lintDocument(documentOf(task));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/Work/);
  });

  it('refuses a task inside a Map that does not catch every error', () => {
    const document: StateMachineDocument = {
      StartAt: 'Each',
      States: { Each: { Type: 'Map', ItemProcessor: documentOf(), End: true } },
    };
    expect(lintDocument(document)).toEqual([expect.stringMatching(/one failing item ends the whole Map/)]);
  });

  it('refuses a distributed Map that one failing item ends', () => {
    const distributed = (fields: object): StateMachineDocument => ({
      StartAt: 'Each',
      States: {
        Each: {
          Type: 'Map',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            ...documentOf({ Catch: [{ ErrorEquals: ['States.ALL'] }] }),
          },
          End: true,
          ...fields,
        },
      },
    });
    expect(lintDocument(distributed({}))).toEqual([expect.stringMatching(/Each.*past every Catch/)]);
    expect(lintDocument(distributed({ ToleratedFailurePercentage: 100 }))).toEqual([]);
  });

  it('refuses two states of one name, for handlers are found by it', () => {
    const document: StateMachineDocument = {
      StartAt: 'Work',
      States: {
        ...documentOf().States,
        Each: {
          Type: 'Map',
          ItemProcessor: documentOf({ Catch: [{ ErrorEquals: ['States.ALL'] }] }),
          End: true,
        },
      },
    };
    expect(lintDocument(document)).toEqual([expect.stringMatching(/two states have this name/)]);
  });
});

describe('readDocument', () => {
  it('refuses a placeholder that nothing stands for', () => {
    expect(() => readDocument(`{"Resource":"\${other_arn}"}`, { work_arn: RESOURCE })).toThrow(
      /\$\{other_arn\}.*known are work_arn/,
    );
  });
});
