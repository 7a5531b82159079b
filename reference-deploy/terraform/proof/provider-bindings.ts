import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onlyWhereAsked, peerHome, quietly, setUpOnce, unavailable } from '../../../scripts/peers/set-up.js';
import { type BlockSchema, bindingSchema } from './provider-schema.js';

const PACKAGES = ['@cdktn/hcl2json@0.24.0', '@cdktn/provider-aws@25.7.0'];
const home = peerHome('terraform-bindings');

/** Which of the provider's resources and data sources a configuration uses, by their full type names. */
export interface UsedTypes {
  readonly resources: readonly string[];
  readonly dataSources: readonly string[];
}

/** The part of the AWS provider's schema that a configuration uses. */
export interface ProviderSchema {
  /** The arguments of the provider's own block that we use; the bindings keep no record of its kinds. */
  readonly provider: BlockSchema;
  readonly resources: Readonly<Record<string, BlockSchema>>;
  readonly dataSources: Readonly<Record<string, BlockSchema>>;
}

const PROVIDER: BlockSchema = {
  attributes: { region: { type: 'string', required: false, optional: true, computed: false } },
  blocks: {
    default_tags: {
      nesting: 'list',
      min: 0,
      max: 1,
      block: {
        attributes: { tags: { type: 'map(string)', required: false, optional: true, computed: false } },
        blocks: {},
      },
    },
  },
};

/**
 * Installs the provider's typed bindings and the HCL parser into `.peers/terraform-bindings` on first use (480 MB, ten
 * seconds). Returns what is missing where they cannot be had; with `CI=true` an error.
 */
export async function installBindings(): Promise<{ readonly missing: string | null }> {
  try {
    await setUpOnce(home, PACKAGES.join(), async () => {
      onlyWhereAsked();
      process.stderr.write(
        'installing the bindings of the AWS provider in .peers/terraform-bindings (once)\n',
      );
      await writeFile(join(home, 'package.json'), '{"private":true}\n');
      // The packages' own peers are what turns bindings into programs; only their text is read here.
      const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', '--prefix', home];
      await quietly('npm', ['install', ...flags, ...PACKAGES]);
    });
    return { missing: null };
  } catch (cause) {
    return { missing: unavailable('the bindings of the AWS provider', 'an npm registry', cause) };
  }
}

/**
 * The schema of the types named, read from the installed bindings.
 *
 * @throws {Error} for a type the provider does not have.
 */
export async function readProviderSchema({ resources, dataSources }: UsedTypes): Promise<ProviderSchema> {
  const all = async (types: readonly string[], prefix: string): Promise<Record<string, BlockSchema>> =>
    Object.fromEntries(
      await Promise.all(types.map(async (type) => [type, await readBinding(type, prefix)] as const)),
    );
  return {
    provider: PROVIDER,
    resources: await all(resources, ''),
    dataSources: await all(dataSources, 'data-aws-'),
  };
}

async function readBinding(type: string, prefix: string): Promise<BlockSchema> {
  const name = `${prefix}${type.replace(/^aws_/, '').replaceAll('_', '-')}`;
  const folder = join(home, 'node_modules', '@cdktn', 'provider-aws', 'lib', name);
  try {
    return bindingSchema(
      await readFile(join(folder, 'index.js'), 'utf8'),
      await readFile(join(folder, 'index.d.ts'), 'utf8'),
    );
  } catch (cause) {
    throw new Error(`the AWS provider has no ${prefix === '' ? 'resource' : 'data source'} ${type}`, {
      cause,
    });
  }
}

/** The parser's entry point, by path: it is no dependency of ours. */
export function hclParserPath(): string {
  return join(home, 'node_modules', '@cdktn', 'hcl2json', 'build', 'index.js');
}
