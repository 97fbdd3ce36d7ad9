import type { Stack } from '@aws-sdk/client-cloudformation';
import { unset } from '../../infra/stack/setting-definitions.ts';
import { CliError } from '../cli-error.ts';
import { hasTerminal } from '../confirm.ts';
import { drawTable } from '../table.ts';
import { printRemark } from '../terminal.ts';
import { refuseIfArmed } from './armed-links.ts';
import { checkConcurrency, chooseConcurrency } from './concurrency.ts';
import type { DeployArguments, NoticeChoice } from './deploy-arguments.ts';
import { toSettings } from './deployed-settings.ts';
import { refuseUnfit } from './dynamo-attach.ts';
import { readQuota } from './lambda-quota.ts';
import { askNotice, parseNotice } from './notice-choice.ts';
import {
  completeSettings,
  type DeploymentPlan,
  endsHalt,
  planDeployment,
  type SettingValues,
} from './plan-deployment.ts';
import { hintFor, type Stage } from './stage.ts';

interface PlannedSettings {
  /** The parameters with a new value. */
  parameters: SettingValues;
  /** To be added after the deployment. */
  channel: NoticeChoice['channel'];
  /** Whether no one gets alarms and notices, and no option chose that. */
  isSilent: boolean;
}

/**
 * Decides the settings of a deployment and shows what changes.
 * @throws CliError if they would cut an armed link, or if AWS would refuse them.
 */
export async function planSettings(
  args: DeployArguments,
  stage: Stage,
  stack: Stack | undefined,
): Promise<PlannedSettings> {
  const deployed = toSettings(stack);
  if (deployed !== undefined && deployed.notifyEmail === undefined) refuseWithoutSettings(stage);
  const asked = planDeployment(args, deployed);
  if (endsHalt(asked)) refuseEndOfHalt(stage);
  if (asked.cuts !== undefined) await refuseIfArmed(stage, asked.cuts);
  const table = asked.changes.find(({ name }) => name === 'table')?.will ?? unset;
  if (table !== unset) await refuseUnfit(stage, table);
  const limits = await planConcurrency(stage, asked.parameters, deployed);
  const isSilent = asked.needsNotifyEmail && args.notify === undefined && !hasTerminal();
  const { channel, ...email } = await chooseNotice(args, asked);
  const plan = planDeployment({ ...args, set: { ...args.set, ...limits, ...email } }, deployed);
  if (plan.changes.length > 0) printRemark(describeChanges(plan));
  if ({ ...deployed, ...plan.parameters }.linksHalted === 'true') printRemark(describeHalt(stage));
  return { parameters: plan.parameters, channel, isSilent };
}

function describeHalt(stage: Stage): string {
  return `Links are halted: links and the sweep act on nothing. A deployment does not end the halt. To end it: ${hintFor(stage, 'restore')}`;
}

function refuseEndOfHalt(stage: Stage): never {
  const ways = `Finish it with "${hintFor(stage, 'restore')}", or give it up with "${hintFor(stage, 'restore --cancel')}".`;
  throw new CliError(
    'refused',
    `Nothing was deployed: a restore is under way, and links that have acted may be armed. ${ways}`,
  );
}

/** CloudFormation would return all of its settings to their defaults. */
function refuseWithoutSettings({ stackName }: Stage): never {
  throw new CliError(
    'refused',
    `Nothing was deployed: the stack ${stackName} is from a version without settings that persist. Deploy another stage with --prefix NAME, and destroy this one once its positions have ended.`,
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

/** The first deployment decides where notices go. Without a terminal and a choice, no one gets them. */
async function chooseNotice(
  args: DeployArguments,
  { needsNotifyEmail }: DeploymentPlan,
): Promise<NoticeChoice> {
  const initial = needsNotifyEmail ? { notifyEmail: unset } : {};
  const { notify } = args;
  if (typeof notify === 'string') return { ...initial, ...(await parseNotice(notify)) };
  if (notify !== undefined) return { ...initial, ...notify };
  return needsNotifyEmail && hasTerminal() ? { ...initial, ...(await askNotice()) } : initial;
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
