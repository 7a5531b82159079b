import type { Body, Written } from './configuration.js';
import type { BlockSchema } from './provider-schema.js';

/** Arguments and blocks that are Terraform's own, in every resource. */
const META = new Set([
  'for_each',
  'count',
  'depends_on',
  'lifecycle',
  'provider',
  'provisioner',
  'connection',
]);

/** A place where a configuration and the provider's schema disagree. */
export interface Disagreement {
  readonly file: string;
  /** `aws_sqs_queue.topic`, then the blocks down to the place. */
  readonly place: string;
  readonly problem: string;
}

/**
 * Compares a resource or data source with its schema: arguments the provider does not know or only tells, required ones
 * that are missing, and blocks that stand too often or not at all.
 */
export function checkArguments(written: Written, schema: BlockSchema): readonly Disagreement[] {
  const prefix = written.kind === 'data' ? 'data.' : '';
  return checkBody(written.body, schema, `${prefix}${written.type}.${written.name}`, true).map((found) => ({
    file: written.file,
    ...found,
  }));
}

type Found = Omit<Disagreement, 'file'>;

function checkBody(body: Body, schema: BlockSchema, place: string, isTop: boolean): Found[] {
  const found: Found[] = [];
  const say = (problem: string): void => void found.push({ place, problem });
  const dynamic = (body['dynamic'] ?? {}) as Readonly<Record<string, readonly Body[]>>;
  for (const [name, value] of Object.entries(body)) {
    if (name === 'dynamic' || (isTop && META.has(name))) continue;
    const attribute = schema.attributes[name];
    const nested = schema.blocks[name];
    if (attribute !== undefined) {
      if (!attribute.required && !attribute.optional) say(`argument ${name} cannot be set`);
    } else if (nested !== undefined) {
      const bodies = Array.isArray(value) ? (value as readonly Body[]) : [];
      if (bodies.length === 0) say(`${name} is a block, not an argument`);
      if (nested.max !== null && bodies.length > nested.max)
        say(`block ${name} stands ${bodies.length} times, ${nested.max} at most`);
      for (const inner of bodies) found.push(...checkBody(inner, nested.block, `${place}.${name}`, false));
    } else {
      say(`there is no argument or block ${name}`);
    }
  }
  for (const [name, bodies] of Object.entries(dynamic)) {
    const nested = schema.blocks[name];
    if (nested === undefined) say(`there is no block ${name}`);
    else
      for (const content of bodies.flatMap((each) => (each['content'] ?? []) as readonly Body[]))
        found.push(...checkBody(content, nested.block, `${place}.${name}`, false));
  }
  for (const [name, { required }] of Object.entries(schema.attributes))
    if (required && !(name in body)) say(`argument ${name} is missing`);
  for (const [name, { min }] of Object.entries(schema.blocks))
    if (min > 0 && !(name in body) && !(name in dynamic)) say(`block ${name} is missing`);
  return found;
}
