import type { Stack } from '@aws-sdk/client-cloudformation';
import { findExpectation, unset } from '../../infra/stack/setting-definitions.ts';
import { createAdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { cancelPrompt, hasTerminal } from '../confirm.ts';
import { drawTable } from '../table.ts';
import { printRemark } from '../terminal.ts';
import { checkConcurrency, chooseConcurrency } from './concurrency.ts';
import type { DeployArguments } from './deploy-arguments.ts';
import { toSettings } from './deployed-settings.ts';
import { readQuota } from './lambda-quota.ts';
import {
  completeSettings,
  type DeploymentPlan,
  planDeployment,
  type SettingValues,
} from './plan-deployment.ts';
import type { Stage } from './stage.ts';

/**
 * Decides the settings of a deployment and shows what changes.
 * @returns the parameters with a new value.
 * @throws CliError if they would cut an armed link, or if AWS would refuse them.
 */
export async function planSettings(
  args: DeployArguments,
  stage: Stage,
  stack: Stack | undefined,
): Promise<SettingValues> {
  const deployed = toSettings(stack);
  if (deployed !== undefined && deployed.notifyEmail === undefined) refuseWithoutSettings(stage);
  const asked = planDeployment(args, deployed);
  if (asked.cuts !== undefined) await refuseIfArmed(stage, asked.cuts);
  const limits = await planConcurrency(stage, asked.parameters, deployed);
  const set = { ...args.set, ...limits, ...(await chooseNotifyEmail(asked)) };
  const plan = planDeployment({ ...args, set }, deployed);
  if (plan.changes.length > 0) printRemark(describeChanges(plan));
  return plan.parameters;
}

/** CloudFormation would return all of its settings to their defaults. */
function refuseWithoutSettings({ stackName }: Stage): never {
  throw new CliError(
    'refused',
    `Nothing was deployed: the stack ${stackName} is from a version without settings that persist. Deploy beside it with --prefix NAME, and tear it down once its positions have ended.`,
  );
}

async function refuseIfArmed({ prefix, target }: Stage, cuts: string): Promise<void> {
  const { region, profile } = target;
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

async function planConcurrency(
  stage: Stage,
  named: SettingValues,
  deployed: SettingValues | undefined,
): Promise<SettingValues> {
  const quota = await readQuota(stage);
  if (quota === undefined) return {};
  const { parameters, remark, refusal } =
    deployed === undefined
      ? chooseConcurrency(named, quota)
      : checkConcurrency(completeSettings(deployed), completeSettings({ ...deployed, ...named }), quota);
  if (refusal !== undefined) throw new CliError('refused', `Nothing was deployed: ${refusal}`);
  if (remark !== undefined) printRemark(remark);
  return parameters;
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
