import { RULES, type RuleId } from '@lean-ops/core/contract';
import { textTable } from '@lean-ops/iceberg/cli';
import { DOCUMENT_RULES } from '../../../contract/report/rule-texts.js';
import type { CommandContext } from '../../command-context.js';
import { UsageError } from '../../usage-error.js';

export async function explain(name: string | undefined, { stdout }: CommandContext): Promise<void> {
  const documents = Object.entries(DOCUMENT_RULES).map(([id, rule]) => ({ id, severity: 'error', ...rule }));
  const all = [...documents, ...Object.entries(RULES).map(([id, rule]) => ({ id, ...rule }))];
  if (name === undefined) {
    await stdout.line(
      textTable(
        ['rule', 'is', 'what happened'],
        all.map(({ id, severity, title }) => [id, severity, title]),
      ),
    );
    return;
  }
  const wanted = name.toUpperCase().replaceAll('-', '_') as RuleId;
  const rule = all.find(({ id }) => id === wanted);
  if (rule === undefined)
    throw new UsageError(`there is no rule ${name}; lean-ops contract explain lists all`);
  await stdout.line(`${rule.id} (${rule.severity}): ${rule.title}\n\n${rule.reason}\n${rule.fix}`);
}
