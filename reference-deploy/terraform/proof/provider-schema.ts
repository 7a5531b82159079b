/** An argument or attribute, with its Terraform type: `string`, `number`, `bool`, `list(string)`, `set(string)`, `map(string)`, … */
interface AttributeSchema {
  readonly type: string;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
}

/** A nested block. `max` is 1 where only one may stand, null for any number. */
interface NestedSchema {
  readonly nesting: 'list' | 'set' | 'single';
  readonly min: number;
  readonly max: 1 | null;
  readonly block: BlockSchema;
}

export interface BlockSchema {
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  readonly blocks: Readonly<Record<string, NestedSchema>>;
}

const ENTRY =
  /^ {8,12}(\w+): \{\n\s+value: (.*),\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",\n/gm;
const FACT =
  /^ {4}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n(?:.*\n){0,2}? {4}get \w+\(\) \{\n\s+(.*)\n/gm;

/**
 * Reads a resource or data source back from the typed bindings that were generated from the provider's own schema
 * (`lib/<name>/index.js` and `index.d.ts` of `@cdktn/provider-aws`).
 */
export function bindingSchema(code: string, declarations: string): BlockSchema {
  const documented = new Set([...declarations.matchAll(/^\s+\* (\w+) block$/gm)].map((match) => match[1]!));
  const parts = codeParts(code);
  const resource = parts.resource;
  if (resource === null) throw new Error('no resource or data source in these bindings');
  return blockOf(resource, parts.structs, documented);
}

/** What one class says of its fields, and what its serialiser says of their kinds. */
interface Part {
  readonly facts: string;
  readonly entries: string;
}

interface CodeParts {
  readonly resource: Part | null;
  /** By the lower-camel-case name of the struct. */
  readonly structs: ReadonlyMap<string, Part>;
}

function codeParts(code: string): CodeParts {
  const structs = new Map<string, Part>();
  const classes = code.split(/^class /m).slice(1);
  const serialisers = new Map<string, string>();
  for (const match of code.matchAll(/^function (\w+)ToHclTerraform\(struct\) \{\n([\s\S]*?)^\}$/gm))
    serialisers.set(match[1]!, match[2]!);
  let resource: Part | null = null;
  for (const text of classes) {
    const name = /^\w+/.exec(text)![0];
    if (/^\w+ extends cdktn\.Terraform(Resource|DataSource) /.test(text)) {
      resource = { facts: text, entries: text.slice(text.indexOf('synthesizeHclAttributes()')) };
    } else if (name.endsWith('OutputReference')) {
      const struct = lowerFirst(name.slice(0, -'OutputReference'.length));
      structs.set(struct, { facts: text, entries: serialisers.get(struct) ?? '' });
    }
  }
  return { resource, structs };
}

function blockOf(
  part: Part,
  structs: ReadonlyMap<string, Part>,
  documented: ReadonlySet<string>,
): BlockSchema {
  const attributes: Record<string, AttributeSchema> = {};
  const blocks: Record<string, NestedSchema> = {};
  const kinds = new Map([...part.entries.matchAll(ENTRY)].map((match) => [match[1]!, match]));
  for (const [, name, computed, optional, required, getter] of part.facts.matchAll(FACT)) {
    const kind = kinds.get(name!);
    const [, , value, isBlock, type, storage] = kind ?? [];
    const struct = /(\w+)ToHclTerraform/.exec(value ?? '')?.[1];
    const nested = isBlock === 'true' && struct !== undefined ? structs.get(struct) : undefined;
    if (nested !== undefined && documented.has(name!)) {
      const isOne = !value!.includes('listMapperHcl');
      blocks[name!] = {
        nesting: type === 'struct' ? 'single' : type === 'set' ? 'set' : 'list',
        min: required === 'true' ? 1 : 0,
        max: isOne ? 1 : null,
        block: blockOf(nested, structs, documented),
      };
    } else {
      attributes[name!] = {
        type: typeOf(type, storage, getter ?? ''),
        required: required === 'true',
        optional: optional === 'true',
        computed: computed === 'true',
      };
    }
  }
  return { attributes, blocks };
}

/** From the serialiser where the argument can be given, else from how the attribute is read. */
function typeOf(type: string | undefined, storage: string | undefined, getter: string): string {
  if (type === 'simple') return storage === 'boolean' ? 'bool' : (storage ?? 'any');
  const element = /^(string|number|boolean)(List|Map)$/.exec(storage ?? '')?.[1]?.replace('boolean', 'bool');
  if (type !== undefined && element !== undefined) return `${type}(${element})`;
  if (type !== undefined) return 'any';
  if (getter.includes('getStringAttribute')) return 'string';
  if (getter.includes('getNumberAttribute')) return 'number';
  if (getter.includes('getBooleanAttribute')) return 'bool';
  if (getter.includes('getStringMapAttribute')) return 'map(string)';
  if (getter.includes('getListAttribute')) return 'list(string)';
  return 'any';
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
