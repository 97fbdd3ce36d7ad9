import { unset } from '../../infra/stack/setting-definitions.ts';
import { createAdminClient } from '../admin-client.ts';
import { printRemark } from '../terminal.ts';
import { addChannel } from './add-channel.ts';
import { createCloudFormation, readStack } from './cloud-formation.ts';
import type { DeployArguments } from './deploy-arguments.ts';
import { deployStack } from './deploy-stack.ts';
import { readDeployable } from './deployable.ts';
import { toSettings } from './deployed-settings.ts';
import type { InitPlan } from './init-plan.ts';
import { makeLink, printStep, storeAccount, takePosition } from './init-steps.ts';
import { planDeployment } from './plan-deployment.ts';
import { toStackState } from './stack-state.ts';
import { describeStage, readStage, type Stage, toAdminTarget } from './stage.ts';

export interface InitResult {
  prefix: string;
  account: string;
  positionId: string;
  linkId: string;
  /** Missing if an earlier run created the link. */
  url?: string;
}

/** From nothing to an armed link. Each step that an earlier run has done is skipped. */
export async function initStage(
  args: DeployArguments,
  plan: InitPlan,
  sources = { readDeployable },
): Promise<InitResult> {
  const stage = await deployOnce(args, plan, sources);
  const admin = createAdminClient(toAdminTarget(stage));
  const account = await storeAccount(admin, plan);
  const position = await takePosition(admin, plan, { account, yes: args.yes });
  const { link, url } = await makeLink(admin, position.positionId, plan.action ?? 'close');
  const { positionId } = position;
  return { prefix: args.prefix, account, positionId, linkId: link.linkId, ...(url !== undefined && { url }) };
}

async function deployOnce(
  args: DeployArguments,
  { notice }: InitPlan,
  sources: { readDeployable: typeof readDeployable },
): Promise<Stage> {
  const stage = await readStage(args.prefix, args);
  const found = await readStack(createCloudFormation(stage.target), stage.stackName);
  const isNew = toStackState(found?.StackStatus) !== 'ready';
  const { notifyEmail = args.set.notifyEmail } = notice ?? {};
  const set = { ...args.set, ...(notifyEmail !== undefined && { notifyEmail }) };
  const isChanged = planDeployment({ ...args, set }, toSettings(found)).changes.length > 0;
  const notify = notice ?? args.notify;
  const deployment = isNew || isChanged ? await deployStack({ ...args, notify }, sources) : undefined;
  printStep(1, `${describeStage(stage)} ${deployment === undefined ? 'was deployed before' : 'is deployed'}`);
  if (deployment === undefined && notice?.channel !== undefined) await addChannel(stage, notice.channel);
  const email = toSettings(deployment?.stack ?? found)?.notifyEmail ?? unset;
  if (isNew && email !== unset)
    printRemark(`AWS sent an e-mail to ${email}. Confirm it: until then, no notice arrives.`);
  printStep(2, await describeNotices(stage, email));
  return stage;
}

async function describeNotices(stage: Stage, email: string): Promise<string> {
  const { channels } = await createAdminClient(toAdminTarget(stage)).call('notify.list', {});
  const names = channels.filter(({ builtIn }) => !builtIn).map(({ name }) => name);
  const places = [...(email === unset ? [] : [email]), ...names];
  return places.length === 0 ? 'You get no notices, as chosen' : `Notices go to ${places.join(', ')}`;
}
