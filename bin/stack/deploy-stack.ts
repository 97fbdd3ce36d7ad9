import type { CloudFormationClient, Stack } from '@aws-sdk/client-cloudformation';
import { CliError } from '../cli-error.ts';
import { confirm, hasTerminal } from '../confirm.ts';
import { printRemark } from '../terminal.ts';
import { addChannel } from './add-channel.ts';
import { describeResources, findReplacedTable, isBroader, needsAnswer } from './approval.ts';
import { describeAwsFailure } from './aws-failure.ts';
import {
  createCloudFormation,
  discardChange,
  executeChange,
  type PreparedChange,
  prepareChange,
  readStack,
  readTemplate,
} from './cloud-formation.ts';
import { type CodeBucket, createCodeBucket } from './code-bucket.ts';
import type { DeployArguments } from './deploy-arguments.ts';
import { readDeployable, type Template } from './deployable.ts';
import { clearFailedCreation, isUnfinished } from './failed-creation.ts';
import { describeSilence } from './notice-choice.ts';
import type { SettingValues } from './plan-deployment.ts';
import { planSettings } from './plan-settings.ts';
import { protect } from './protect.ts';
import { toStackState } from './stack-state.ts';
import { describeStage, hintFor, readStage, type Stage } from './stage.ts';
import { withCode } from './with-code.ts';

/** A deployment that ended well. */
export interface Deployment {
  stage: Stage;
  /** `unchanged`: the stack was already as it should be. */
  result: 'created' | 'updated' | 'unchanged';
  stack: Stack;
}

interface Engine {
  readDeployable: typeof readDeployable;
  args: DeployArguments;
  stage: Stage;
  client: CloudFormationClient;
  bucket: CodeBucket;
}

/**
 * Creates the stack or updates it. Settings that the command line does not name keep their values.
 * @throws CliError if the deployment is refused or fails.
 */
export async function deployStack(
  args: DeployArguments,
  sources: Pick<Engine, 'readDeployable'> = { readDeployable },
): Promise<Deployment> {
  const stage = await readStage(args.prefix, args);
  const client = createCloudFormation(stage.target);
  const engine = { ...sources, args, stage, client, bucket: createCodeBucket(stage) };
  const found = await readStack(client, stage.stackName);
  const deployed = (await isUnfinished(client, found)) ? undefined : found;
  if (deployed !== undefined) refuseState(stage, deployed);
  printRemark(`${describeStage(stage)}: ${deployed === undefined ? 'first deployment' : 'update'}`);
  const { parameters, channel, isSilent } = await planSettings(args, stage, deployed);
  if (deployed === undefined) await approve(engine, { broader: true });
  if (found !== undefined && deployed === undefined) await clearFailedCreation(client, stage, found);
  const prepared = await prepare(engine, deployed, parameters);
  const stack = prepared === undefined ? deployed : await execute(engine, prepared);
  if (stack === undefined)
    throw new CliError(
      'failed',
      `Nothing was deployed: CloudFormation found nothing to create for ${stage.stackName}. Please report it.`,
    );
  await protect(engine.client, stage, stack);
  if (prepared !== undefined) await deleteOldCode(engine).catch(warnAboutCode);
  if (channel !== undefined) await addChannel(stage, channel);
  if (isSilent) printRemark(describeSilence(stage));
  if (prepared === undefined) return { stage, result: 'unchanged', stack };
  return { stage, result: prepared.creates ? 'created' : 'updated', stack };
}

/** A stack in these states accepts no change. */
function refuseState(stage: Stage, found: Stack): void {
  const { stackName } = stage;
  const advice = {
    busy: 'Another deployment is changing it. Wait until it has ended, and deploy again.',
    leaving: `It was deleted in part. Finish with "${hintFor(stage, 'destroy')}", and deploy again.`,
    stuck: `Its last update could not be rolled back. Run "aws cloudformation continue-update-rollback --stack-name ${stackName}", and deploy again.`,
  };
  const state = toStackState(found?.StackStatus);
  if (!Object.hasOwn(advice, state)) return;
  const reason = advice[state as keyof typeof advice];
  throw new CliError(
    'refused',
    `Nothing was deployed: the stack ${stackName} is ${found?.StackStatus}. ${reason}`,
  );
}

/** @returns the change set; undefined if there is nothing to change. */
async function prepare(
  engine: Engine,
  deployed: Stack | undefined,
  parameters: SettingValues,
): Promise<PreparedChange | undefined> {
  const { client, stage } = engine;
  const template = await uploadCode(engine);
  const source = await placeTemplate(engine.bucket, JSON.stringify(template));
  const parameterNames = Object.keys(template.Parameters ?? {});
  const change = { stackName: stage.stackName, deployed, template: { source, parameterNames }, parameters };
  const prepared = await prepareChange(client, change);
  if (prepared === undefined || deployed === undefined) return prepared;
  try {
    refuseReplacedTable(prepared);
    for (const line of describeResources(prepared.resources)) printRemark(line);
    const broader = isBroader(await readTemplate(client, stage.stackName), template);
    await approve(engine, { broader });
  } catch (thrown) {
    await discardChange(client, prepared);
    throw thrown;
  }
  return prepared;
}

/** @returns the template with the place of each function's code. */
async function uploadCode({ stage, bucket, readDeployable: read }: Engine): Promise<Template> {
  printRemark('Reading the template and the code.');
  const { template, functions } = await read(stage.prefix);
  await bucket.prepare();
  const places = functions.map(async ({ name, zip }) => {
    const key = await bucket.upload(zip, 'zip');
    return [name, { bucket: bucket.name, key }] as const;
  });
  return withCode(template, stage.prefix, new Map(await Promise.all(places)));
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html */
const longestBody = 51_200;

async function placeTemplate(bucket: CodeBucket, body: string) {
  if (Buffer.byteLength(body) <= longestBody) return { TemplateBody: body };
  return { TemplateURL: bucket.toUrl(await bucket.upload(body, 'json')) };
}

function refuseReplacedTable({ resources }: PreparedChange): void {
  const table = findReplacedTable(resources);
  if (table !== undefined)
    throw new CliError(
      'refused',
      `Nothing was deployed: this update would replace the table ${table}, and its positions and links would not be in the new one. Deploy another version of Ripcord, or another stage with --prefix NAME.`,
    );
}

/** Asks at a terminal. Throws a CliError if the answer is no, or if one is needed and there is no terminal. */
async function approve({ args, stage }: Engine, { broader }: { broader: boolean }): Promise<void> {
  if (!needsAnswer(args, { hasTerminal: hasTerminal(), broader })) return;
  await confirm({
    yes: false,
    question: `Deploy to stage ${stage.prefix}, account ${stage.account}, ${stage.region}?`,
    plan: () => [],
  });
}

function execute({ client, stage }: Engine, prepared: PreparedChange): Promise<Stack> {
  return executeChange(client, prepared).catch(async (thrown: unknown) => {
    const left = prepared.creates ? await readStack(client, prepared.stackId) : undefined;
    if (left !== undefined && (await isUnfinished(client, left)))
      // The reason of the failure matters more than what could not be deleted: the next deployment tries that again.
      await clearFailedCreation(client, stage, left).catch((also: unknown) => {
        printRemark(
          also instanceof Error
            ? also.message
            : 'What it left could not be deleted. The next deployment tries again.',
        );
      });
    throw thrown;
  });
}

/**
 * Keeps what the stack uses: the rollback of the next update needs it, however much later that is. An expiry by age would
 * delete it.
 */
async function deleteOldCode({ client, stage, bucket }: Engine): Promise<void> {
  const template = JSON.stringify(await readTemplate(client, stage.stackName));
  const used = new Set(template.match(/[0-9a-f]{64}\.zip/g));
  await bucket.deleteAllBut(used);
}

/** The deployment itself has ended well. */
function warnAboutCode(thrown: unknown): void {
  const why = thrown instanceof CliError ? thrown.message : describeAwsFailure(thrown);
  printRemark(`Code of earlier deployments is left, and the next deployment deletes it. ${why}`);
}
