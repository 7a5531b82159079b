import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { loadSettings } from '../settings/settings.js';
import { buildLambdas, sizeReport } from './build-lambdas.js';
import { commandRunner } from './command.js';
import { DeployError } from './deploy-error.js';
import { openTerraform, type TerraformRoot } from './terraform-root.js';

/** `reference-deploy`, from its bundle in `dist` and from its sources. */
const home = join(fileURLToPath(import.meta.url), '..', '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function build(): Promise<void> {
  const run = commandRunner('BUILD_FAILED');
  const tsup = join(home, '..', 'node_modules', '.bin', 'tsup');
  const built = await buildLambdas({
    names: Object.keys(loadSettings().functions),
    entries: readdirSync(join(home, 'aws', 'functions')).map((file) => file.replace(/\.ts$/, '')),
    folder: join(home, 'dist', 'lambda'),
    bundle: async () => {
      await run(tsup, ['--config', join('aws', 'tsup.config.ts')], { cwd: home, show: false });
    },
  });
  say(sizeReport(built));
}

function terraformOf(environment: string): TerraformRoot {
  return openTerraform({
    run: commandRunner('TERRAFORM_FAILED'),
    folder: join(home, 'terraform'),
    environment,
  });
}

/** Fails where nobody can answer, instead of waiting for ever. */
async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new DeployError('nobody is there to confirm: give --yes (deploy) or --confirm NAME (destroy)', {
      code: 'NOT_CONFIRMED',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function contractsFolder(given: string | undefined): string {
  const folder = given ?? join(home, 'contracts');
  if (existsSync(folder)) return folder;
  throw new DeployError(`there is no folder ${folder}: give --contracts FOLDER`, {
    code: 'OPTION_INVALID',
    context: { folder },
  });
}

interface DeployFlags {
  readonly env: string;
  readonly account?: string;
  readonly contracts?: string;
  readonly yes?: boolean;
  readonly planOnly?: boolean;
  readonly lowQuotas?: boolean;
  readonly acceptDataLoss?: readonly string[];
  readonly smokeTest: boolean;
}

function createProgram(): Command {
  const program = new Command('operate')
    .description('Builds the functions, and deploys and destroys the platform on AWS.')
    .exitOverride()
    .showHelpAfterError('(add --help for what the command takes)');
  program
    .command('build-lambdas')
    .description('Bundle every function and zip it: the same sources give the same bytes. Prints the sizes.')
    .addHelpText('after', '\nExample:\n  $ npm run build:lambdas')
    .action(build);
  program
    .command('deploy')
    .description('Check, plan, apply, upload contracts, check again.')
    .requiredOption('--env <name>', 'environment: environments/<name>.tfvars and .tfbackend')
    .option('--account <number>', 'refuse to deploy into any other account')
    .option(
      '--contracts <folder>',
      'where the contracts of the topics are (default: reference-deploy/contracts)',
    )
    .option('--plan-only', 'end after the plan, its count of resources and the checks of buckets and quotas')
    .option('--low-quotas', 'deploy although a quota of the account is too low')
    .option(
      '--accept-data-loss <address...>',
      'delete or replace these, as the plan spells them, although they may hold messages, records or rows',
    )
    .option('--no-smoke-test', 'do not ask Glue and Athena after the apply')
    .option('-y, --yes', 'apply without asking')
    .addHelpText(
      'after',
      `
Region and credentials: AWS_REGION and AWS_PROFILE, or wherever the AWS SDK finds them.
Exit codes: 0 deployed, 1 something does not hold, 2 wrong use.

Examples:
  $ npm run deploy -- --env dev --plan-only
  $ npm run deploy -- --env prod --account 123456789012 --contracts ../contracts`,
    )
    .action(async ({ smokeTest, contracts, ...flags }: DeployFlags) => {
      const { deploy } = await import('./deploy.js');
      const { deployClients } = await import('./aws.js');
      const folder = contractsFolder(contracts);
      const dependencies = { terraform: terraformOf(flags.env), build, ask, say, ...deployClients() };
      await deploy(dependencies, { ...flags, contracts: folder, skipSmokeTest: !smokeTest });
    });
  program
    .command('destroy')
    .description('Take a deployment down, after its name was typed.')
    .requiredOption('--env <name>', 'environment')
    .option('--account <number>', 'refuse to touch any other account')
    .option('--confirm <name>', 'the deployment’s name, {project}-{environment}, instead of typing it')
    .addHelpText(
      'after',
      '\nWhere `protect_data` is true nothing is destroyed: set it to false and deploy that first.\n\nExample:\n  $ npm run destroy -- --env dev',
    )
    .action(async ({ env, ...options }: { env: string; account?: string; confirm?: string }) => {
      const { destroy } = await import('./destroy.js');
      const { deployClients } = await import('./aws.js');
      await destroy({ terraform: terraformOf(env), ask, say, sts: deployClients().sts }, options);
    });
  return program;
}

/** Runs one command line, without the program's name; its exit code. */
async function operate(args: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof Error)) throw error;
    const { code } = error as { code?: unknown };
    process.stderr.write(`error: ${error.message}${typeof code === 'string' ? ` [${code}]` : ''}\n`);
    return code === 'ENVIRONMENT_UNKNOWN' || code === 'OPTION_INVALID' ? 2 : 1;
  }
}

process.exitCode = await operate(process.argv.slice(2));
