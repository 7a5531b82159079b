import type { AlarmMetric, AlarmSetting, Settings } from './setting.js';
import { visibilityTimeoutSeconds } from './visibility-timeout.js';

/** Longest time a message can be hidden, and how long one invocation may carry bytes: limits of SQS and Lambda. */
const MAX_VISIBILITY_SECONDS = 43_200;
const MAX_ALARM_METRICS = 10;
const DAY_SECONDS = 86_400;

/** What single values cannot show: references into nowhere, and sizes that do not fit one another. */
export function inconsistencies(settings: Settings): readonly string[] {
  return [
    ...environmentFaults(settings),
    ...mappingFaults(settings),
    ...targetFaults(settings),
    ...metricFaults(settings),
    ...Object.entries(settings.alarms).flatMap(([name, alarm]) => alarmFaults(name, alarm, settings)),
    ...concurrencyFaults(settings),
  ];
}

function environmentFaults({ functions, environment }: Settings): string[] {
  return Object.entries(functions).flatMap(([name, { environment: wanted }]) =>
    wanted
      .filter((variable) => !(variable in environment))
      .map((variable) => `functions.${name}: ${variable} is not described in environment.json`),
  );
}

function mappingFaults(settings: Settings): string[] {
  const { functions, mappings, queues } = settings;
  return Object.entries(mappings).flatMap(([name, mapping]) => {
    const faults: string[] = [];
    if (!(mapping.function in functions)) faults.push(`there is no function ${mapping.function}`);
    if (mapping.queue !== 'topic' && !(mapping.queue in queues.central))
      faults.push(`there is no central queue ${mapping.queue}`);
    if (mapping.batchSize > 10 && mapping.windowSeconds < 1)
      faults.push('a batch above 10 needs a window of a second at least');
    const fifo = queues.central[mapping.queue]?.fifo ?? false;
    if (fifo && (mapping.batchSize > 10 || mapping.windowSeconds > 0))
      faults.push('a FIFO queue gives 10 messages at most and knows no window');
    if (faults.length === 0 && visibilityTimeoutSeconds(settings, name) > MAX_VISIBILITY_SECONDS)
      faults.push('six times the timeout of the function is more than SQS can hide a message for');
    return faults.map((fault) => `mappings.${name}: ${fault}`);
  });
}

function targetFaults({ functions, schedules, stateMachines, streams }: Settings): string[] {
  const scheduled = Object.entries(schedules).flatMap(([name, { target }]) => {
    const known = 'function' in target ? target.function in functions : target.stateMachine in stateMachines;
    return known ? [] : [`schedules.${name}: there is no ${Object.values(target)[0]}`];
  });
  const transforms = Object.entries(streams).flatMap(([name, stream]) => {
    const transform = functions[stream.function];
    if (transform === undefined) return [`streams.${name}: there is no function ${stream.function}`];
    return transform.timeoutSeconds > 300
      ? [`streams.${name}: Firehose waits 300 s for a transform, not ${transform.timeoutSeconds}`]
      : [];
  });
  return [...scheduled, ...transforms];
}

function metricFaults({ functions, metrics }: Settings): string[] {
  return Object.entries(metrics).flatMap(([name, { from }]) =>
    from
      .filter((source) => !(source in functions))
      .map((source) => `metrics.${name}: there is no function ${source}`),
  );
}

function alarmFaults(name: string, alarm: AlarmSetting, settings: Settings): string[] {
  const parts = Object.entries(alarm.metrics);
  const faults = parts.flatMap(([, part]) => alarmMetricFaults(part, settings));
  if (parts.length === 0) faults.push(...queryFaults(alarm.expression ?? '', settings));
  else if (alarm.expression === null && (parts.length !== 1 || parts[0]?.[1].per !== undefined))
    faults.push('more than one metric needs an expression');
  if (parts.length > MAX_ALARM_METRICS) faults.push(`an alarm takes ${MAX_ALARM_METRICS} metrics at most`);
  if (alarm.datapointsToAlarm > alarm.evaluationPeriods)
    faults.push('more points are to breach than are looked at');
  if (alarm.periodSeconds * alarm.evaluationPeriods > DAY_SECONDS)
    faults.push('an alarm looks back one day at most');
  const usesTopic = parts.some(([, { dimensions }]) =>
    Object.values(dimensions).some((value) => /\{(topic|queue|layer)\}/.test(value)),
  );
  if (usesTopic !== (alarm.scope === 'topic'))
    faults.push('an alarm is of scope topic exactly if its dimensions name the topic');
  return faults.map((fault) => `alarms.${name}: ${fault}`);
}

/** An alarm without metrics is a query over one of ours: `SELECT SUM(Metric) FROM SCHEMA("{namespace}", service, …) …` */
function queryFaults(expression: string, { metrics }: Settings): string[] {
  const query = /^SELECT [A-Z]+\((\w+)\) FROM SCHEMA\("\{namespace\}", service, ([\w, ]+)\) /.exec(
    expression,
  );
  if (query === null) return ['without metrics its expression is a query of one of ours'];
  const [, metric = '', dimensions = ''] = query;
  const wanted = dimensions.split(', ').sort().join();
  const isTold = metrics[metric]?.dimensions.some((set) => [...set].sort().join() === wanted) ?? false;
  return isTold ? [] : [`there is no metric ${metric} by [${wanted}]`];
}

function alarmMetricFaults({ namespace, metric, dimensions }: AlarmMetric, settings: Settings): string[] {
  const faults = Object.values(dimensions).flatMap((value) => {
    const machine = /^\{state-machine:(.*)\}$/.exec(value)?.[1];
    return machine === undefined || machine in settings.stateMachines
      ? []
      : [`there is no state machine ${machine}`];
  });
  if (namespace !== 'own') return faults;
  const told = settings.metrics[metric];
  if (told === undefined) return [...faults, `there is no metric ${metric}`];
  const wanted = Object.keys(dimensions).sort().join();
  const isTold = told.dimensions.some((set) => [...set].sort().join() === wanted);
  return isTold ? faults : [...faults, `${metric} is not told by [${wanted}]`];
}

/** What is reserved for single functions must leave room for the processor. */
function concurrencyFaults({ functions }: Settings): string[] {
  const computed = Object.entries(functions).filter(
    ([, setting]) => setting.reservedConcurrency === 'computed',
  );
  return computed.length === 1
    ? []
    : [
        `functions: the concurrency of one function is computed, not of ${computed.map(([name]) => name).join(', ') || 'none'}`,
      ];
}
