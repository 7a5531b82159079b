import { ASSUMED, SLOWER_ON_LAMBDA } from './assumptions.js';
import { type Basis, type CostLine, lambdaCalls, lambdaCost, same, transitionCost } from './cost-line.js';
import type { Flow, Load } from './flow.js';

/** Maintenance and reconciliation: with the Node engine, whichever engine the topic has. */
export function nightlyLines({ topics, keptDays }: Load, { events, nights }: Flow, basis: Basis): CostLine[] {
  const { prices } = basis;
  const turns = nights * topics;
  const rowsPerNight = events / nights;
  // Each layer's rows of a day are written once more, as larger files.
  const maintenanceSeconds =
    (turns * ASSUMED.layers * ASSUMED.maintainMs +
      events * ASSUMED.layers * ASSUMED.maintainMsPerRow * SLOWER_ON_LAMBDA) /
    1_000;
  const maintain = lambdaCost(
    'maintain-table',
    { calls: turns * ASSUMED.layers, seconds: maintenanceSeconds },
    basis,
  );
  const plan = lambdaCalls('plan-maintenance', turns, ASSUMED.planMaintenanceMs, basis);
  const isLarge = (rowsPerNight * keptDays) / topics > ASSUMED.reconcileRowsEachNight;
  const reconciledRows = (nights * rowsPerNight * keptDays) / (isLarge ? ASSUMED.nightsOfLargeTopics : 1);
  const reconcileSeconds =
    (turns * ASSUMED.reconcileMs + reconciledRows * ASSUMED.reconcileMsPerRow * SLOWER_ON_LAMBDA) / 1_000;
  const reconcile = lambdaCost('reconcile', { calls: turns, seconds: reconcileSeconds }, basis);
  const transitions = ASSUMED.transitionsPerMaintenance + ASSUMED.transitionsPerReconciliation;
  return [
    same('Lambda', 'maintenance each night', maintain + plan, ['plan-maintenance', 'maintain-table']),
    same('Lambda', `reconciliation of ${keptDays} days${isLarge ? ', one night in seven' : ''}`, reconcile, [
      'reconcile',
    ]),
    same('Step Functions', 'state transitions of the nights', transitionCost(prices, turns * transitions), [
      'maintenance-orchestrator',
      'reconciliation-orchestrator',
    ]),
  ];
}
