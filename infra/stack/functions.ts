import { Aws, Duration, Fn, Validations } from 'aws-cdk-lib';
import { type CfnRule, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { NoticeTopic } from './notice-topic.ts';
import type { PositionTable } from './position-table.ts';
import { type CommonFunctionProps, RipcordFunction } from './ripcord-function.ts';
import type { StackSettings } from './settings.ts';

/** What the functions use, as far as they are granted. */
export interface FunctionResources {
  readonly common: CommonFunctionProps;
  readonly table: PositionTable;
  readonly topic: NoticeTopic;
  /** Encrypts accounts and channels. */
  readonly key: Key;
}

/** The maximum age of an event that starts a sweep or a warm-up: the next scheduled one does the same. */
const maxEventAge = Duration.minutes(1);

/** The scheduled run, and runs that hits started for pending closes: each of them lasts up to 55 s. */
const maxSweeps = 5;

export function createTrigger(
  scope: Construct,
  { common, table }: FunctionResources,
  { triggerConcurrency, conditions }: Pick<StackSettings, 'triggerConcurrency' | 'conditions'>,
): RipcordFunction {
  const trigger = new RipcordFunction(scope, 'Trigger', {
    ...common,
    name: 'trigger',
    description: 'Responds to a link: closes or cancels its position',
    errorImpact:
      'Links may return an error without closing their positions. The sweep completes interrupted closes.',
    // Slow exchanges take a few seconds; the API times out after 30 s.
    timeout: Duration.seconds(10),
    // One vCPU: a cold start is mostly compilation, and the sender waits for it.
    memorySize: 1769,
    // A close occupies an execution for the 1 to 10 s of the exchange, a junk request for some ms. During a cold
    // start, the API lets through at most 2 methods × (burst 50 + 100/s × 0.5 s) = 200 requests. So a flood reaches
    // the API's limit first, and can't use up the executions of other functions in the AWS account.
    reservedExecutions: { count: triggerConcurrency, if: conditions.triggerLimit },
    // Of the warm-up, which is the only asynchronous event: the next one follows a minute later. A throttled one is tried
    // again for that minute anyway. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    retryAttempts: 0,
    maxEventAge,
  });
  Validations.of(trigger.lambda).acknowledge({
    id: 'Serverless-LambdaAsyncFailureDestination',
    reason: 'A failed warm-up costs time and no alert, and the next one follows a minute later.',
  });
  // No permission creates a link: an attacker in this function can't make one.
  table.grant(trigger, ['GetItem', 'BatchGetItem']);
  table.grantTradeWrites(trigger, ...adoptedKeys);
  // The open positions of a scope, the markers of a market, and for the page of a hit what the history has of it. No links.
  table.grantListReads(trigger, 'position-open', 'market#*', 'hits#*');
  trigger.grantAccounts(accountsPath(common), ['GetParameter']);
  return trigger;
}

/**
 * What a hit or a sweep writes besides the position: of an adoption its marker and its place in the chain of adoptions, of a
 * close at an exchange that is not proven the block of the market.
 */
const adoptedKeys = ['market#*', 'name#held#*'];

export function createAdmin(
  scope: Construct,
  { common, table, topic, key }: FunctionResources,
): RipcordFunction {
  const admin = new RipcordFunction(scope, 'Admin', {
    ...common,
    name: 'admin',
    description: 'Runs the commands of the command line',
    errorImpact: 'Commands such as creating or revoking links fail. Existing links keep working.',
    // A command sends several requests to an exchange in sequence, and the command line waits for its result.
    timeout: Duration.seconds(29),
    memorySize: 1024,
  });
  table.grant(admin, ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem', 'DeleteItem', 'Query'], ['Query']);
  admin.grantAccounts(accountsPath(common), [
    'GetParameter',
    'PutParameter',
    'DeleteParameter',
    'GetParametersByPath',
  ]);
  admin.grantChannels(channelsPath(common), ['GetParameter', 'PutParameter']);
  admin.grantEncryption(key, [`${accountsPath(common)}/*`, channelsPath(common)]);
  topic.grantPublish(admin, 'sns:ListSubscriptionsByTopic');
  return admin;
}

export function createSweep(
  scope: Construct,
  { common, table, topic }: FunctionResources,
  { conditions }: Pick<StackSettings, 'conditions'>,
): RipcordFunction {
  const sweep = new RipcordFunction(scope, 'Sweep', {
    ...common,
    name: 'sweep',
    description: 'Completes interrupted closes, syncs positions and sends notices',
    errorImpact:
      'Interrupted closes stay unconfirmed, and no notices are sent. Links keep working. The next sweep retries.',
    // A run ends by itself 5 s before the next scheduled one. Runs may overlap; this bounds one that hangs.
    timeout: Duration.seconds(58),
    memorySize: 1024,
    // A run that AWS refuses is not missed: a run that waits for a pending close lists new claims every few seconds. All
    // runs end before the scheduled one starts, so they never block it.
    reservedExecutions: { count: maxSweeps, if: conditions.sweepLimit },
    // A failed run is followed by the next scheduled one.
    retryAttempts: 0,
    maxEventAge,
  });
  table.grant(sweep, ['GetItem', 'BatchGetItem', 'Query'], ['Query']);
  table.grantTradeWrites(sweep, 'sweep', 'health', ...adoptedKeys);
  // A key ends also while no position is open, so the sweep lists the accounts.
  sweep.grantAccounts(accountsPath(common), ['GetParameter', 'GetParametersByPath']);
  sweep.grantChannels(channelsPath(common), ['GetParameter']);
  topic.grantPublish(sweep);
  Validations.of(sweep.lambda).acknowledge({
    id: 'Serverless-LambdaAsyncFailureDestination',
    reason: 'The next sweep repairs what a run failed to do; an alarm reports if no sweep finishes.',
  });
  return sweep;
}

/** Subscribed to the topic of the alarms. It may read the channels, and count their messages in one item of the table. */
export function createAlarm(scope: Construct, { common, table, topic }: FunctionResources): RipcordFunction {
  const alarm = new RipcordFunction(scope, 'Alarm', {
    ...common,
    name: 'alarm',
    description: 'Sends alarms to Telegram, Slack and Discord',
    errorImpact: 'Alarms reach the e-mail address only.',
    // Channels are sent to at the same time, and each ends after 5 s.
    timeout: Duration.seconds(30),
    memorySize: 512,
  });
  table.grantHealth(alarm);
  alarm.grantChannels(channelsPath(common), ['GetParameter']);
  topic.subscribe(alarm);
  return alarm;
}

/** Lets a function start a sweep when a close is pending, and nothing else. */
export function allowWake(caller: RipcordFunction, sweep: RipcordFunction): void {
  caller.grant({ RIPCORD_SWEEP_FUNCTION: sweep.functionName }, [
    { actions: ['lambda:InvokeFunction'], resources: [sweep.lambda.functionArn] },
  ]);
}

/**
 * Runs the sweep at every full minute, and the trigger's warm-up if the setting is on. `rate(1 minute)` would count from
 * the rule's creation, and a run that waits for a pending close has to know when the next one starts.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function scheduleEveryMinute(
  scope: Construct,
  { sweep, trigger }: Record<'sweep' | 'trigger', RipcordFunction>,
  { warmUp }: StackSettings['conditions'],
): void {
  const once = { retryAttempts: 0, maxEventAge };
  const everyMinute = new Rule(scope, 'EveryMinute', {
    description: `Runs ${sweep.functionName}`,
    schedule: Schedule.cron({ minute: '*' }),
    targets: [new FunctionTarget(sweep.lambda, once)],
  });
  const rule = everyMinute.node.defaultChild as CfnRule;
  rule.addPropertyOverride(
    'Targets.1',
    Fn.conditionIf(warmUp.logicalId, toWarmUpTarget(trigger), Aws.NO_VALUE),
  );
  const permission = new CfnPermission(scope, 'AllowWarmUp', {
    action: 'lambda:InvokeFunction',
    functionName: trigger.lambda.functionArn,
    principal: 'events.amazonaws.com',
    sourceArn: everyMinute.ruleArn,
  });
  permission.cfnOptions.condition = warmUp;
  Validations.of(everyMinute).acknowledge({
    id: 'Serverless-EventBusDLQ',
    reason: 'The next event follows a minute later, and events carry no data.',
  });
}

/** As a target of CDK, it would exist under every setting. */
function toWarmUpTarget({ lambda }: RipcordFunction) {
  return {
    Arn: lambda.functionArn,
    Id: 'Target1',
    Input: JSON.stringify({ warmUp: true }),
    RetryPolicy: { MaximumEventAgeInSeconds: maxEventAge.toSeconds(), MaximumRetryAttempts: 0 },
  };
}

function accountsPath({ prefix }: CommonFunctionProps): string {
  return `/${prefix}/accounts`;
}
function channelsPath({ prefix }: CommonFunctionProps): string {
  return `/${prefix}/notify`;
}
