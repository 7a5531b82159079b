import { RULES } from '@lean-ops/core/contract';
import { DOCUMENT_RULES } from './report/rule-texts.js';

/** A JSON Schema, as far as the page needs it. */
export interface PageSchema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, PageSchema>>;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, PageSchema>>;
  readonly items?: PageSchema;
}

/** `docs/contract_reference.md`, made of the published JSON Schemas and the linter's rules. */
export function contractReference(schema: PageSchema, metadata: PageSchema): string {
  const members = membersOf(schema);
  const nested = members.filter(([, member]) => member.properties !== undefined);
  return [
    '# Contract reference',
    '',
    'Made from the published [JSON Schema](../packages/core/schema/topic-contract.schema.json) and the table of rules',
    '([`rules.ts`](../packages/core/src/contract/lint/rules.ts)) by `npx vitest run reference-deploy/contract --update`: change those, not',
    'this page. How contracts are worked with is in [schema_management.md](schema_management.md).',
    '',
    'Editors complete contracts that name the schema: `"$schema": "https://github.com/lean-ops/lean-ops/schemas/topic-contract.schema.json"`,',
    'or the file of the installed package, `node_modules/@lean-ops/core/schema/topic-contract.schema.json`.',
    '',
    '## Contract',
    '',
    ...table(schema, members),
    ...nested.flatMap(([name, member]) => ['', `### \`${name}\``, '', ...table(member)]),
    '',
    '## Column',
    '',
    ...table(schema.$defs!['column']!),
    '',
    '## Metadata of a contract written as OpenAPI',
    '',
    `${metadata.description} Its [JSON Schema](../packages/core/schema/contract-metadata.schema.json) is published as well:`,
    '`https://github.com/lean-ops/lean-ops/schemas/contract-metadata.schema.json`.',
    '',
    ...table(metadata, membersOf(metadata)),
    '',
    '## Rules of the linter',
    '',
    '`lean-ops contract explain RULE` says the same. A `breaking` change needs a rebuild, so it has to be declared by a new `reset`.',
    '',
    '| rule | is | what happened | why | what to do |',
    '|---|---|---|---|---|',
    ...Object.entries(RULES).map(
      ([id, { severity, title, reason, fix }]) =>
        `| \`${id}\` | ${severity} | ${cell(title)} | ${cell(reason)} | ${cell(fix)} |`,
    ),
    '',
    '## Faults of documents',
    '',
    '| rule | what is wrong | why it matters | what to do |',
    '|---|---|---|---|',
    ...Object.entries(DOCUMENT_RULES).map(
      ([id, { title, reason, fix }]) => `| \`${id}\` | ${cell(title)} | ${cell(reason)} | ${cell(fix)} |`,
    ),
    '',
  ].join('\n');
}

function membersOf({ properties = {} }: PageSchema): [string, PageSchema][] {
  return Object.entries(properties).filter(([name]) => name !== '$schema');
}

function table(
  { properties = {}, required = [] }: PageSchema,
  members: readonly (readonly [string, PageSchema])[] = Object.entries(properties),
): string[] {
  return [
    '| member | takes | meaning |',
    '|---|---|---|',
    ...members.map(([name, member]) => {
      const needed = required.includes(name) ? ' (required)' : '';
      return `| \`${name}\`${needed} | ${cell(kindOf(member))} | ${cell(member.description ?? '')} |`;
    }),
  ];
}

function kindOf({ enum: values, type, $ref, items, pattern, minimum, maximum }: PageSchema): string {
  if (values !== undefined) return values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if ($ref !== undefined) return 'a path (`$.a.b`) or an envelope column';
  if (type === 'array') return `a list: ${items === undefined ? 'anything' : kindOf(items)}`;
  const range = [
    minimum === undefined ? '' : `from ${minimum}`,
    maximum === undefined ? '' : `to ${maximum}`,
  ];
  const bounds = range.filter((bound) => bound !== '').join(' ');
  const kind = [type ?? 'anything'].flat().join(' or ');
  return [kind, bounds, pattern === undefined ? '' : `matching \`${pattern}\``]
    .filter((part) => part !== '')
    .join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
