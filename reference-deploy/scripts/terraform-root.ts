import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunCommand } from './command.js';
import { DeployError } from './deploy-error.js';
import type { ShownPlan } from './plan.js';

export interface TerraformOptions {
  readonly run: RunCommand;
  /** `reference-deploy/terraform`. */
  readonly folder: string;
  /** An environment with `environments/{name}.tfvars` and `.tfbackend`. */
  readonly environment: string;
}

/** Terraform on one environment of the configuration. */
export interface TerraformRoot {
  init(): Promise<void>;
  /** Writes a plan, of an apply or of a destroy, and returns what it says. */
  plan(file: string, kind: 'apply' | 'destroy'): Promise<ShownPlan>;
  apply(planFile: string): Promise<void>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
}

/** @throws {DeployError} `ENVIRONMENT_UNKNOWN` where one of the environment's files is missing. */
export function openTerraform({ run, folder, environment }: TerraformOptions): TerraformRoot {
  const variables = join('environments', `${environment}.tfvars`);
  const backend = join('environments', `${environment}.tfbackend`);
  for (const file of [variables, backend]) {
    if (existsSync(join(folder, file))) continue;
    throw new DeployError(`there is no ${file} in ${folder}: copy that of another environment`, {
      code: 'ENVIRONMENT_UNKNOWN',
      context: { environment, file },
    });
  }
  const terraform = (args: readonly string[], show: boolean): Promise<string> =>
    run('terraform', args, { cwd: folder, show, env: { TF_IN_AUTOMATION: '1' } });
  return {
    async init() {
      await terraform(['init', '-input=false', '-reconfigure', `-backend-config=${backend}`], true);
    },
    async plan(file, kind) {
      const destroy = kind === 'destroy' ? ['-destroy'] : [];
      await terraform(['plan', '-input=false', ...destroy, `-var-file=${variables}`, `-out=${file}`], true);
      return JSON.parse(await terraform(['show', '-json', file], false)) as ShownPlan;
    },
    async apply(planFile) {
      await terraform(['apply', '-input=false', planFile], true);
    },
    async outputs() {
      const outputs = JSON.parse(await terraform(['output', '-json'], false)) as Record<
        string,
        { value: unknown }
      >;
      return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    },
  };
}
