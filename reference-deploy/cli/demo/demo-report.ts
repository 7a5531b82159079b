import { figuresOf, type TopicFigures } from '../output/reconciliation-report.js';
import type { DemoResult } from './run-demo.js';

/** What `report.json` says. */
export interface DemoReport {
  /** Every equation holds, and every fault was found where it belongs. */
  readonly balanced: boolean;
  readonly topics: readonly TopicFigures[];
  readonly faults: readonly {
    readonly class: string;
    readonly injected: number;
    readonly captured: number;
  }[];
}

/** The report over the demo's own topics; messages to queues of no topic count towards the balance and the faults. */
export function demoReport({ reconciliations, faults }: DemoResult, topics: readonly string[]): DemoReport {
  return {
    balanced:
      reconciliations.every(({ balanced }) => balanced) &&
      topics.every((topic) => reconciliations.some((result) => result.topic === topic)) &&
      faults.every(({ injected, captured }) => injected === captured),
    topics: reconciliations.filter(({ topic }) => topics.includes(topic)).map(figuresOf),
    faults: faults.map(({ class: faultClass, injected, captured }) => ({
      class: faultClass,
      injected,
      captured,
    })),
  };
}
