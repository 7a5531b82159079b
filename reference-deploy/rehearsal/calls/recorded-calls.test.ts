import { describe, expect, it } from 'vitest';
import type { Deployment } from '../stack/deployment.js';
import { castTopics } from '../traffic/topics.js';
import { callsBeyond, recordCalls } from './recorded-calls.js';

const deployment: Deployment = {
  project: 'lean-ops',
  environment: 'test',
  region: 'eu-west-1',
  account: '000000000000',
  topics: castTopics(24).all,
  streams: 2,
};

const call = (name: string, service: string, command: string, resource: string) => ({
  function: `lean-ops-test-${name}`,
  service,
  command,
  action: `${service}:${command}`,
  resource,
});

describe('recordCalls', () => {
  it('is sorted by function and call, with a star for every topic', () => {
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
      functions: {
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
});
