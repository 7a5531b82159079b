import { describe, test } from 'vitest';
import {
  immediateSleep,
  jsonLogger,
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  seededRandom,
  systemClock,
  systemRandom,
  systemSleep,
} from '../src/index.js';
import {
  type ContractCase,
  clockContract,
  loggerContract,
  metricsContract,
  randomContract,
  sleepContract,
} from '../src/testing/index.js';

function memoryLogger() {
  const logger = new MemoryLogger();
  return { logger, lines: () => logger.lines };
}

function jsonLines() {
  const written: string[] = [];
  const logger = jsonLogger({
    stream: { write: (text: string) => written.push(text) },
    clock: new ManualClock(),
  });
  const lines = () =>
    written.map((line) => {
      const { level, message, timestamp: _timestamp, ...fields } = JSON.parse(line);
      return { level, message, fields };
    });
  return { logger, lines };
}

function memoryMetrics() {
  const metrics = new MemoryMetrics();
  return { metrics, read: () => metrics.measurements };
}

const suites: Record<string, ContractCase[]> = {
  systemClock: clockContract(() => systemClock),
  ManualClock: clockContract(() => new ManualClock(5)),
  systemRandom: randomContract(() => systemRandom),
  seededRandom: randomContract(() => seededRandom(7)),
  systemSleep: sleepContract(() => systemSleep),
  immediateSleep: sleepContract(() => immediateSleep()),
  MemoryLogger: loggerContract(memoryLogger),
  jsonLogger: loggerContract(jsonLines),
  MemoryMetrics: metricsContract(memoryMetrics),
};

for (const [name, cases] of Object.entries(suites)) {
  describe(name, () => {
    for (const { name: behaviour, run } of cases) test(behaviour, run);
  });
}
