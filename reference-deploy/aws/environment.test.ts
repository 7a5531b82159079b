import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.js';

describe('readEnvironment', () => {
  it('reads what a function names, and nothing else', () => {
    const variables = {
      LEAN_OPS_PROJECT: 'lean-ops',
      LEAN_OPS_STREAMS: 'raw-0, raw-1',
      LEAN_OPS_WAREHOUSE: 's3://lake/warehouse/',
      LEAN_OPS_CATALOG: 'nonsense',
    };
    expect(readEnvironment(['project', 'streams', 'warehouse'], variables)).toEqual({
      project: 'lean-ops',
      streams: ['raw-0', 'raw-1'],
      warehouse: 's3://lake/warehouse',
    });
  });

  it('names every variable that is missing or wrong, with its value and what it takes', () => {
    const read = () =>
      readEnvironment(['project', 'stateTable', 'catalog'], {
        LEAN_OPS_PROJECT: 'Lean Ops',
        LEAN_OPS_STATE_TABLE: '',
        LEAN_OPS_CATALOG: 'hive',
      });
    expect(read).toThrow(expect.objectContaining({ code: 'ENVIRONMENT_INVALID' }));
    expect(read).toThrow(
      /LEAN_OPS_PROJECT is "Lean Ops".*LEAN_OPS_STATE_TABLE is not set.*CATALOG is "hive"/,
    );
  });

  it.each([
    ['glue', { kind: 'glue' }],
    [
      'rest+https://glue.eu-west-1.amazonaws.com/iceberg',
      {
        kind: 'rest',
        uri: 'https://glue.eu-west-1.amazonaws.com/iceberg',
      },
    ],
  ])('reads the catalog %s', (LEAN_OPS_CATALOG, catalog) => {
    expect(readEnvironment(['catalog'], { LEAN_OPS_CATALOG })).toEqual({ catalog });
  });

  it.each(['', '5', 'null', '{"windowMinutes":5}'])('refuses the breakers %j', (LEAN_OPS_BREAKERS) => {
    expect(() => readEnvironment(['breakers'], { LEAN_OPS_BREAKERS })).toThrow(/JSON with the numbers/);
  });

  it.each(['', 'a,,b', 'a,a', 'a b'])('refuses the streams %j', (LEAN_OPS_STREAMS) => {
    expect(() => readEnvironment(['streams'], { LEAN_OPS_STREAMS })).toThrow(/LEAN_OPS_STREAMS/);
  });

  it.each(['bucket/key', 's3://bucket', 's3://bucket/'])(
    'refuses the topics document %j',
    (LEAN_OPS_TOPICS) => {
      expect(() => readEnvironment(['topics'], { LEAN_OPS_TOPICS })).toThrow(/s3:\/\/bucket\/key/);
    },
  );
});
