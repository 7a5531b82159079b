import type { Settings } from '../settings/setting.js';
import { ASSUMED } from './assumptions.js';

const MILLION = 1e6;
const SECONDS_PER_HOUR = 3_600;

/** What is sent: the events spread evenly over the topics and over time. */
export interface Load {
  readonly topics: number;
  /** Of these, topics with a FIFO queue: batches of ten, at another price. Default: none. */
  readonly fifoTopics?: number;
  /** Of all topics together. */
  readonly eventsPerSecond: number;
  /** Bytes of a message's body. */
  readonly averageBytes: number;
  /** How long rows are kept. */
  readonly keptDays: number;
}

/** Things that happen in a month. */
export interface Flow {
  readonly events: number;
  readonly seconds: number;
  /** Share of the topics that have a FIFO queue. */
  readonly fifoShare: number;
  /** Invocations of the processor. */
  readonly batches: number;
  /** Files that Firehose brings. */
  readonly deliveries: number;
  /** Runs of a topic: each is two jobs. */
  readonly runs: number;
  readonly rounds: number;
  /** Runs that find something to do. */
  readonly busyRuns: number;
  /** Nights, each with a turn of maintenance and one of reconciliation. */
  readonly nights: number;
}

/** @param roundMinutes How often the pipeline runs. */
export function flowOf(load: Load, settings: Settings, roundMinutes: number): Flow {
  const seconds = ASSUMED.hoursPerMonth * SECONDS_PER_HOUR;
  const { topics, fifoTopics = 0, eventsPerSecond, averageBytes } = load;
  const rate = eventsPerSecond / topics;
  const { batchSize, fifoBatchSize = 10, windowSeconds } = settings.mappings['topics']!;
  const fits = Math.max(1, Math.min(batchSize, Math.floor(ASSUMED.mostBatchBytes / averageBytes)));
  const { bufferSeconds, bufferMb } = settings.streams['raw']!;
  const perBuffer = Math.max(1, (bufferMb * MILLION) / (averageBytes + ASSUMED.envelopeBytes));
  const rounds = (ASSUMED.hoursPerMonth * 60) / roundMinutes;
  return {
    events: eventsPerSecond * seconds,
    seconds,
    fifoShare: fifoTopics / topics,
    batches:
      seconds *
      ((topics - fifoTopics) * gatheredPerSecond(rate, windowSeconds, fits) +
        fifoTopics * gatheredPerSecond(rate, 0, fifoBatchSize)),
    deliveries: topics * seconds * gatheredPerSecond(rate, bufferSeconds, perBuffer),
    rounds,
    nights: ASSUMED.hoursPerMonth / 24,
    runs: rounds * topics,
    busyRuns: rounds * topics * (1 - Math.exp(-rate * roundMinutes * 60)),
  };
}

/**
 * How often in a second things that come at a rate are handed on, where the first waits for others for a time: once per
 * that time and the wait for a first one, unless so many come that the limit is reached earlier.
 */
function gatheredPerSecond(rate: number, waitSeconds: number, most: number): number {
  return Math.max(rate / most, 1 / (waitSeconds + 1 / rate));
}
