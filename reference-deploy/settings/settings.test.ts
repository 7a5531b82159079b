import { stateTableDefinition } from '@lean-ops/core/dynamodb';
import { DEFAULT_BREAKER_SETTINGS } from '@lean-ops/ingest';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../aws/environment.js';
import type { Settings } from './setting.js';
import { loadSettings, parseSettings } from './settings.js';
import { SettingsError } from './settings-error.js';
import { visibilityTimeoutSeconds } from './visibility-timeout.js';

const settings = loadSettings();

/** The settings with one change, made on a copy. */
function changed(change: (copy: MutableSettings) => void): unknown {
  const copy = structuredClone(settings) as MutableSettings;
  change(copy);
  return copy;
}

type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> };
type MutableSettings = Mutable<Settings>;

function errorOf(work: () => unknown): SettingsError {
  try {
    work();
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('expected a SettingsError');
}

describe('the settings', () => {
  it('give the queue of a topic six times the processor’s timeout and the window', () => {
    const { timeoutSeconds } = settings.functions['sqs-processor']!;
    const { windowSeconds } = settings.mappings['topics']!;
    expect(visibilityTimeoutSeconds(settings, 'topics')).toBe(6 * timeoutSeconds + windowSeconds);
  });

  it('wait for no second figure of what runs tell, which may be an hour apart', () => {
    const { metrics, alarms } = settings;
    const toldByRuns = (name: string): boolean =>
      metrics[name]!.from.some((source) => ['standardize', 'curate'].includes(source));
    const looking = Object.entries(alarms).filter(([, { metrics: looked }]) =>
      Object.values(looked).some(({ namespace, metric }) => namespace === 'own' && toldByRuns(metric)),
    );
    expect(looking.map(([name]) => name)).toEqual(['freshness', 'cde-spike']);
    for (const [name, alarm] of looking) expect(alarm.datapointsToAlarm, name).toBe(1);
    // What is not told stays as it is: rounds that take long must not make an alarm good.
    expect(alarms['freshness']).toMatchObject({ missingData: 'ignore', evaluationPeriods: 4 });
  });

  it('hear of executions that failed and of those that were stopped; none times out as a whole', () => {
    const { metrics } = settings.alarms['state-machine-failures']!;
    const machines = Object.keys(settings.stateMachines);
    const watched = Object.values(metrics).map(
      ({ metric, dimensions }) => `${metric} ${dimensions['StateMachineArn']}`,
    );
    expect(watched.sort()).toEqual(
      ['ExecutionsAborted', 'ExecutionsFailed'].flatMap((metric) =>
        machines.map((name) => `${metric} {state-machine:${name}}`).sort(),
      ),
    );
  });

  it('look at DynamoDB together with a figure that is always there: what it does not tell never ends an alarm', () => {
    const looking = Object.values(settings.alarms).filter(({ metrics }) =>
      Object.values(metrics).some(({ namespace }) => namespace === 'AWS/DynamoDB'),
    );
    expect(looking).toHaveLength(1);
    for (const { metrics, expression } of looking) {
      expect(metrics['rounds']).toMatchObject({ metric: 'BreakersOpen', statistic: 'SampleCount' });
      expect(expression).toBe('SUM(METRICS()) - FILL(rounds, 0)');
    }
  });

  it('describe the state table as its store wants it', () => {
    const { state } = settings.tables as { state: Settings['tables'][string] };
    const wanted = stateTableDefinition('state');
    expect(wanted.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([
      state.hashKey.name,
      state.rangeKey?.name,
    ]);
    expect(state.timeToLive).toBe('ttl');
    expect(
      wanted.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        name: IndexName,
        keys: KeySchema?.map(({ AttributeName }) => AttributeName),
        projection: Projection?.ProjectionType,
        include: Projection?.NonKeyAttributes,
      })),
    ).toEqual(
      state.indexes.map(({ name, hashKey, rangeKey, projection, include }) => ({
        name,
        keys: [hashKey.name, rangeKey?.name],
        projection,
        include,
      })),
    );
  });

  it('let a person’s word reach the breaker beside a round, and no stale event of its schedule', () => {
    const { reservedConcurrency, asynchronousEvents } = settings.functions['circuit-breaker']!;
    expect(reservedConcurrency).toBeGreaterThanOrEqual(2);
    expect(asynchronousEvents).toEqual({ maxAgeSeconds: 60, maxRetries: 0 });
  });

  it('are what the breakers’ rules take by themselves, and what their function reads', () => {
    const { firstPauseSeconds, maxPauseSeconds, controlCallsPerSecond, ...numbers } =
      settings.platform.breakers;
    const { firstPauseMs, maxPauseMs, forgetAfterMs: _, ...rest } = DEFAULT_BREAKER_SETTINGS;
    expect(numbers).toEqual(rest);
    expect([firstPauseSeconds * 1_000, maxPauseSeconds * 1_000]).toEqual([firstPauseMs, maxPauseMs]);
    expect(controlCallsPerSecond).toBe(10);
    const LEAN_OPS_BREAKERS = JSON.stringify(settings.platform.breakers);
    expect(readEnvironment(['breakers'], { LEAN_OPS_BREAKERS }).breakers).toEqual(settings.platform.breakers);
  });

  it('keep messages of central queues as long as SQS can', () => {
    for (const { retentionSeconds } of Object.values(settings.queues.central))
      expect(retentionSeconds).toBe(14 * 86_400);
  });
});

describe('parseSettings', () => {
  it('refuses values beyond the limits of AWS and names the place', () => {
    const error = errorOf(() =>
      parseSettings(
        changed((copy) => {
          copy.functions['curate']!.timeoutSeconds = 901;
          copy.streams['raw']!.bufferMb = 129;
        }),
      ),
    );
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.message).toContain('functions.curate.timeoutSeconds');
    expect(error.message).toContain('streams.raw.bufferMb');
  });

  it('refuses keys it does not know', () => {
    const error = errorOf(() => parseSettings({ ...settings, extra: 1 }));
    expect(error.code).toBe('SETTINGS_INVALID');
    expect(error.message).toContain('extra');
  });

  const cases: readonly [title: string, change: (copy: MutableSettings) => void, message: string][] = [
    [
      'an environment variable that is not described',
      (copy) => copy.functions['curate']!.environment.push('LEAN_OPS_NEW'),
      'functions.curate: LEAN_OPS_NEW is not described in environment.json',
    ],
    [
      'a mapping without its function',
      (copy) => {
        copy.mappings['topics']!.function = 'nobody';
      },
      'mappings.topics: there is no function nobody',
    ],
    [
      'a mapping without its queue',
      (copy) => {
        copy.mappings['dead-letters']!.queue = 'nothing';
      },
      'mappings.dead-letters: there is no central queue nothing',
    ],
    [
      'a large batch without a window',
      (copy) => {
        copy.mappings['topics']!.windowSeconds = 0;
      },
      'mappings.topics: a batch above 10 needs a window of a second at least',
    ],
    [
      'a window for a FIFO queue',
      (copy) => {
        copy.mappings['dead-letters-fifo']!.windowSeconds = 1;
      },
      'mappings.dead-letters-fifo: a FIFO queue gives 10 messages at most and knows no window',
    ],
    [
      'a schedule without its target',
      (copy) => {
        copy.schedules['pipeline']!.target = { stateMachine: 'nothing' };
      },
      'schedules.pipeline: there is no nothing',
    ],
    [
      'a transform that runs longer than Firehose waits',
      (copy) => {
        copy.functions['firehose-transform']!.timeoutSeconds = 301;
      },
      'streams.raw: Firehose waits 300 s for a transform, not 301',
    ],
    [
      'a metric of no function',
      (copy) => {
        copy.metrics['TopicFailed']!.from = ['nobody'];
      },
      'metrics.TopicFailed: there is no function nobody',
    ],
    [
      'an alarm over a metric that nobody tells',
      (copy) => {
        copy.alarms['cde-spike']!.metrics['spikes']!.metric = 'Spikes';
      },
      'alarms.cde-spike: there is no metric Spikes',
    ],
    [
      'an alarm by dimensions that a metric is not told by',
      (copy) => {
        copy.alarms['cde-spike']!.metrics['spikes']!.dimensions = { color: 'red' };
      },
      'alarms.cde-spike: CdeSpike is not told by [color]',
    ],
    [
      'an alarm on a state machine that is not there',
      (copy) => {
        copy.alarms['pipeline-silent']!.metrics['succeeded']!.dimensions = {
          StateMachineArn: '{state-machine:nothing}',
        };
      },
      'alarms.pipeline-silent: there is no state machine nothing',
    ],
    [
      'an alarm over several metrics without arithmetic',
      (copy) => {
        copy.alarms['state-table-throttled']!.expression = null;
      },
      'alarms.state-table-throttled: more than one metric needs an expression',
    ],
    [
      'an alarm over no metric that is no query',
      (copy) => {
        copy.alarms['topic-quarantine']!.expression = 'SUM(METRICS())';
      },
      'alarms.topic-quarantine: without metrics its expression is a query of one of ours',
    ],
    [
      'a query over what nobody tells',
      (copy) => {
        const alarm = copy.alarms['topic-quarantine']!;
        alarm.expression = alarm.expression!.replace(', topic)', ', color)');
      },
      'alarms.topic-quarantine: there is no metric MessagesQuarantined by [color]',
    ],
    [
      'an alarm of a topic that names none',
      (copy) => {
        copy.alarms['freshness']!.scope = 'deployment';
      },
      'alarms.freshness: an alarm is of scope topic exactly if its dimensions name the topic',
    ],
    [
      'an alarm with more breaching points than points',
      (copy) => {
        copy.alarms['freshness']!.datapointsToAlarm = 5;
      },
      'alarms.freshness: more points are to breach than are looked at',
    ],
    [
      'an alarm that looks back further than a day',
      (copy) => {
        copy.alarms['freshness']!.evaluationPeriods = 97;
      },
      'alarms.freshness: an alarm looks back one day at most',
    ],
    [
      'two functions whose concurrency is computed',
      (copy) => {
        copy.functions['curate']!.reservedConcurrency = 'computed';
      },
      'functions: the concurrency of one function is computed, not of sqs-processor, curate',
    ],
  ];
  it.each(cases)('refuses %s', (_title, change, message) => {
    const error = errorOf(() => parseSettings(changed(change)));
    expect(error.code).toBe('SETTINGS_INCONSISTENT');
    expect(error.context['faults']).toContain(message);
  });
});
