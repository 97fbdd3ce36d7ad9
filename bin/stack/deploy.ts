import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import { findExpectation, stackName, unset } from '../../infra/stack/setting-definitions.ts';
import { createAdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { cancelPrompt, hasTerminal } from '../confirm.ts';
import type { SharedArguments } from '../options.ts';
import { drawTable } from '../table.ts';
import { printRemark } from '../terminal.ts';
import {
  type DeployArguments,
  type DeployOptions,
  deployOptions,
  parseDeployArguments,
} from './deploy-arguments.ts';
import { toSettings } from './deployed-settings.ts';
import { type DeploymentPlan, planDeployment, type SettingValues } from './plan-deployment.ts';

export const deploySummary = 'Creates the stack in your AWS account, or updates it';

export function buildDeploy(yargs: Argv<SharedArguments>) {
  return yargs
    .options(deployOptions)
    .example('$0 deploy --set notifyEmail=me@example.org', 'the first deployment')
    .example('$0 deploy', 'a new version; every setting keeps its value')
    .example('$0 deploy --unset domainName --unset certificateArn', 'removes the domain');
}

/**
 * Deploys the stack. Settings that the command line does not name keep their values.
 * @throws CliError if the deployment is refused. Nothing was changed then.
 */
export async function runDeploy(options: DeployOptions): Promise<void> {
  const args = parseDeployArguments(options);
  const deployed = await readSettings(args);
  if (deployed !== undefined && deployed.notifyEmail === undefined) refuseWithoutSettings(args.prefix);
  const plan = planDeployment(args, deployed);
  if (plan.cuts !== undefined) await refuseIfArmed(args, plan.cuts);
  const parameters = { ...plan.parameters, ...(await chooseNotifyEmail(plan)) };
  if (plan.changes.length > 0) printRemark(describeChanges(plan));
  const code = await runCdk(args, parameters);
  if (code !== 0) throw new CliError('failed', `cdk deploy ended with exit code ${code}.`);
}

/** @returns the settings of the stack; undefined if there is none that a deployment would update. */
async function readSettings({
  prefix,
  profile,
  region,
}: DeployArguments): Promise<SettingValues | undefined> {
  const { createCloudFormation, readStack } = await import('./cloud-formation.ts');
  return toSettings(await readStack(createCloudFormation({ profile, region }), stackName(prefix)));
}

/** CloudFormation would return all of its settings to their defaults. The parameter without a default stops `cdk deploy` too. */
function refuseWithoutSettings(prefix: string): never {
  throw new CliError(
    'refused',
    `Nothing was deployed: the stack ${stackName(prefix)} is from a version without settings that persist. Deploy beside it with -c prefix=NAME, and tear it down once its positions have ended.`,
  );
}

async function refuseIfArmed({ prefix, profile, region }: DeployArguments, cuts: string): Promise<void> {
  const admin = createAdminClient({ json: false, region, profile, prefix, local: undefined });
  const { links } = await admin.call('links.list', {}).catch((cause: unknown) => {
    throw new CliError(
      'refused',
      `Nothing was deployed: ${cuts}, and it is not known whether a link is armed. See why: ripcord links list`,
      { cause },
    );
  });
  const armed = links.filter(
    ({ state, positionClosed }) => state === 'armed' && positionClosed !== true,
  ).length;
  if (armed === 0) return;
  throw new CliError(
    'refused',
    `Nothing was deployed: ${cuts}, and ${armed === 1 ? '1 link is' : `${armed} links are`} armed. Revoke them first: ripcord links list`,
  );
}

/** The first deployment has to decide it, because without an address no alarm is sent. */
async function chooseNotifyEmail({ needsNotifyEmail }: DeploymentPlan): Promise<SettingValues> {
  if (!needsNotifyEmail) return {};
  if (hasTerminal()) return { notifyEmail: await askNotifyEmail() };
  printRemark(
    'No notifyEmail is set: no alarm is sent, and notices go only to channels that you add. Set it with --set notifyEmail=ADDRESS.',
  );
  return { notifyEmail: unset };
}

async function askNotifyEmail(): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  return input(
    {
      message: `E-mail address for alarms and notices (${unset}: no e-mail)`,
      validate: (typed) => findExpectation('notifyEmail', typed) ?? true,
    },
    { output: process.stderr },
  ).catch(cancelPrompt);
}

function describeChanges({ changes }: DeploymentPlan): string {
  return drawTable(
    [
      { head: 'SETTING', text: ({ name }) => name },
      { head: 'WAS', text: ({ was }) => was ?? '' },
      { head: 'WILL BE', text: ({ will }) => will },
    ],
    changes,
  );
}

async function runCdk(
  { prefix, profile, region, yes }: DeployArguments,
  parameters: SettingValues,
): Promise<number> {
  const words = [
    'deploy',
    // The stack that was checked: cdk.json or cdk.context.json may name another prefix.
    ...['-c', `prefix=${prefix}`],
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(yes ? ['--require-approval', 'never'] : []),
    ...Object.entries(parameters).flatMap(([name, value]) => ['--parameters', `${name}=${value}`]),
  ];
  const cdk = fileURLToPath(new URL('../../node_modules/aws-cdk/bin/cdk', import.meta.url));
  const child = spawn(process.execPath, [cdk, ...words], {
    stdio: 'inherit',
    env: { ...process.env, ...(region === undefined ? {} : { AWS_REGION: region }) },
  });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
