import { describe, expect, it } from 'vitest';
import type { Deployment } from '../stack/deployment.js';
import { castTopics } from '../traffic/topics.js';
import { callsBeyond, recordCalls, withCalls } from './recorded-calls.js';

const deployment: Deployment = {
  project: 'lean-ops',
  environment: 'test',
  region: 'eu-west-1',
  account: '000000000000',
  topics: castTopics(24).all,
  streams: 2,
};

const call = (name: string, service: string, command: string, resource: string) => ({
  caller: `lean-ops-test-${name}`,
  service,
  command,
  action: `${service}:${command}`,
  resource,
});

describe('recordCalls', () => {
  it('is sorted by caller and call, with a star for every topic', () => {
    const table = (name: string): string =>
      `arn:aws:glue:eu-west-1:000000000000:table/lean_ops_test_raw/${name}`;
    const calls = [
      call('standardize', 's3', 'PutObject', 'arn:aws:s3:::lake/warehouse/*'),
      call('standardize', 'glue', 'GetTable', table('device_telemetry_staging')),
      call('standardize', 'glue', 'GetTable', table('device_telemetry_fleet_1_staging')),
      call('curate', 'secretsmanager', 'GetSecretValue', '*'),
    ];
    expect(recordCalls(calls, deployment)).toEqual({
      formatVersion: 1,
      callers: {
        curate: [
          {
            service: 'secrets-manager',
            command: 'GetSecretValue',
            action: 'secretsmanager:GetSecretValue',
            resources: ['*'],
          },
        ],
        standardize: [
          { service: 'glue', command: 'GetTable', action: 'glue:GetTable', resources: [table('*_staging')] },
          {
            service: 's3',
            command: 'PutObject',
            action: 's3:PutObject',
            resources: ['arn:aws:s3:::lake/warehouse/*'],
          },
        ],
      },
    });
  });
});

describe('callsBeyond', () => {
  it('names calls that were not written down, whatever their resources', () => {
    const known = recordCalls([call('curate', 'glue', 'GetTable', 'a')], deployment);
    const seen = recordCalls(
      [call('curate', 'glue', 'GetTable', 'b'), call('curate', 'glue', 'DeleteTable', 'b')],
      deployment,
    );
    expect(callsBeyond(seen, known)).toEqual(['curate calls glue DeleteTable']);
    expect(callsBeyond(known, seen)).toEqual([]);
  });

  it('lets pass what is explained', () => {
    const seen = recordCalls([call('curate', 's3', 'DeleteObjects', 'b')], deployment);
    const nothing = { formatVersion: 1 as const, callers: {} };
    expect(callsBeyond(seen, nothing, (key, name) => `${key} ${name}` === 'curate s3/DeleteObjects')).toEqual(
      [],
    );
    expect(callsBeyond(seen, nothing, () => false)).toEqual(['curate calls s3 DeleteObjects']);
  });
});

describe('withCalls', () => {
  it('adds what was seen to what other runs saw', () => {
    const earlier = recordCalls(
      [call('curate', 'glue', 'GetTable', 'a'), call('reconcile', 's3', 'GetObject', 'a')],
      deployment,
    );
    const seen = recordCalls(
      [
        call('curate', 'glue', 'GetTable', 'b'),
        call('curate', 'glue', 'CreateTable', 'b'),
        call('acquire-lease', 's3', 'GetObject', 'a'),
      ],
      deployment,
    );
    expect(withCalls(earlier, seen)).toEqual(
      recordCalls(
        [
          call('acquire-lease', 's3', 'GetObject', 'a'),
          call('curate', 'glue', 'CreateTable', 'b'),
          call('curate', 'glue', 'GetTable', 'a'),
          call('curate', 'glue', 'GetTable', 'b'),
          call('reconcile', 's3', 'GetObject', 'a'),
        ],
        deployment,
      ),
    );
  });
});
