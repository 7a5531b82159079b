import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onlyWhereAsked, peerHome, setUpOnce, unavailable } from '../../../scripts/peers/set-up.js';
import { loadSettings } from '../../settings/settings.js';
import { terraformFolder, usedTypes } from './configuration.js';
import { installBindings, readProviderSchema } from './provider-bindings.js';

const run = promisify(execFile);
const sources = join(import.meta.dirname, 'provider');
const home = peerHome('planning-provider');
const deployFolder = join(terraformFolder, '..');

/** A resource that an apply would make. */
export interface PlannedResource {
  /** `module.messaging.aws_sqs_queue.topic["user-logins"]` */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  /** What the provider would be given; values that only the service knows are made up. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Makes ready for plans without the AWS provider: its bindings, and a provider of our own that has the same schema
 * (half a minute, once). Returns what is missing where it cannot be had; with `CI=true` an error.
 */
export async function preparePlanning(): Promise<{ readonly missing: string | null }> {
  const bindings = await installBindings();
  if (bindings.missing !== null) return bindings;
  try {
    await run('terraform', ['version']);
    const wanted = createHash('sha256');
    for (const file of (await readdir(sources)).sort()) wanted.update(await readFile(join(sources, file)));
    await setUpOnce(home, wanted.digest('hex'), async () => {
      onlyWhereAsked();
      process.stderr.write('building the planning provider in .peers/planning-provider (once)\n');
      await run('go', ['build', '-o', join(home, 'terraform-provider-aws'), '.'], { cwd: sources });
    });
    return { missing: null };
  } catch (cause) {
    return { missing: unavailable('a plan', 'Terraform 1.5 or newer, and Go 1.24 or newer', cause) };
  }
}

/** A copy of the configuration that Terraform can plan: without its backend, with the zips that a build would make. */
export interface Workspace {
  /** The root module. */
  readonly folder: string;
  terraform(...args: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Only after `preparePlanning`. */
export async function openWorkspace(): Promise<Workspace> {
  const scratch = await mkdtemp(join(tmpdir(), 'planning-'));
  const folder = join(scratch, 'terraform');
  for (const part of ['settings', 'state-machines', 'terraform'])
    await cp(join(deployFolder, part), join(scratch, part), {
      recursive: true,
      filter: (path) => !path.includes('.terraform') && !path.endsWith('backend.tf'),
    });
  await mkdir(join(scratch, 'dist', 'lambda'), { recursive: true });
  for (const name of Object.keys(loadSettings().functions))
    await writeFile(join(scratch, 'dist', 'lambda', `${name}.zip`), name);
  const schemaFile = join(scratch, 'schema.json');
  await writeFile(schemaFile, JSON.stringify(await readProviderSchema(usedTypes())));
  const rc = join(scratch, 'terraformrc');
  await writeFile(
    rc,
    `provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = ${JSON.stringify(home)}\n  }\n  direct {}\n}\n`,
  );
  const env = {
    ...process.env,
    TF_CLI_CONFIG_FILE: rc,
    TF_IN_AUTOMATION: '1',
    PLANNING_PROVIDER_SCHEMA: schemaFile,
  };
  const terraform = async (...args: readonly string[]): Promise<string> =>
    (await run('terraform', args, { cwd: folder, env, maxBuffer: 1 << 28 })).stdout;
  await terraform('get');
  return { folder, terraform, remove: () => rm(scratch, { recursive: true, force: true }) };
}

/**
 * What an apply of these variables would make, in an empty account.
 *
 * @param variables As in a `tfvars` file.
 * @throws {Error} with Terraform's own words where the configuration does not plan.
 */
export async function plannedResources(
  workspace: Workspace,
  variables: Readonly<Record<string, unknown>>,
): Promise<readonly PlannedResource[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'plan-'));
  try {
    const file = join(scratch, 'variables.tfvars.json');
    await writeFile(file, JSON.stringify(variables));
    const plan = join(scratch, 'plan.bin');
    const flags = ['-input=false', '-no-color', '-lock=false', '-refresh=false'];
    await workspace.terraform('plan', ...flags, `-var-file=${file}`, `-out=${plan}`);
    const shown = JSON.parse(await workspace.terraform('show', '-json', plan)) as { planned_values: unknown };
    return resourcesOf((shown.planned_values as { root_module: PlannedModule }).root_module);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface PlannedModule {
  readonly resources?: readonly (PlannedResource & { readonly mode: string })[];
  readonly child_modules?: readonly PlannedModule[];
}

function resourcesOf(module: PlannedModule): PlannedResource[] {
  const own = (module.resources ?? [])
    .filter(({ mode }) => mode === 'managed')
    .map(({ address, type, name, index, values }) => ({ address, type, name, index, values }));
  return [...own, ...(module.child_modules ?? []).flatMap(resourcesOf)];
}
