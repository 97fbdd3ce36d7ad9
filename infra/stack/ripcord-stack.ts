import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { LinkDashboard } from './dashboard.ts';
import { LinkApi } from './link-api.ts';
import { NoticeTopic } from './notice-topic.ts';
import { PositionTable } from './position-table.ts';
import { RipcordFunction } from './ripcord-function.ts';
import type { Settings } from './settings.ts';

export interface RipcordStackProps extends Settings {
  /** The folder that holds one built folder per function. */
  readonly functionsFolder: string;
}

/** `ripcord` is the stack Ripcord, `ripcord-test` the stack Ripcord-test. */
export function stackName(prefix: string): string {
  return prefix.charAt(0).toUpperCase() + prefix.slice(1);
}

export class RipcordStack extends Stack {
  constructor(scope: Construct, id: string, props: RipcordStackProps) {
    super(scope, id, { description: 'Secret webhook links that close positions on crypto exchanges' });
    const { prefix, functionsFolder, logRetentionDays } = props;
    // The metrics of two prefixes must not meet: each has alarms of its own.
    const namespace = stackName(prefix);
    const common = { prefix, functionsFolder, logRetentionDays, metrics: namespace };
    const table = new PositionTable(this, 'Table');
    const topic = new NoticeTopic(this, 'Notices', props);
    const accounts = `/${prefix}/accounts`;
    const channels = `/${prefix}/notify`;

    // If this fails, a pulled link closes nothing and whoever pulled it gets an error; the position stays open.
    // If it dies halfway, the position is left claimed, and the sweep finds out what the exchange did.
    const trigger = new RipcordFunction(this, 'Trigger', {
      ...common,
      name: 'trigger',
      description: 'Answers a link: closes or cancels its position',
      // An exchange takes a few seconds at its worst; the API gives up after 30.
      timeout: Duration.seconds(10),
      // One whole processor: a cold start is spent compiling, and somebody waits for it.
      memorySize: 1769,
      // A close holds one for the 1 to 10 s that the exchange takes, junk for some milliseconds. While none is warm,
      // the most that the API lets through takes 2 methods × (50 at once + 100/s × 0.5 s of cold start) = 200. So
      // junk finds this limit only where it has found the API's, and other functions of the account can't use it up.
      ...(props.triggerConcurrency > 0 && { reservedConcurrentExecutions: props.triggerConcurrency }),
    });
    // Whoever takes this function over can make no links.
    table.grant(trigger, ['GetItem', 'BatchGetItem']);
    table.grantActing(trigger);
    trigger.grantAccounts(accounts, ['GetParameter']);

    // If this fails, nobody can make or revoke links, or change accounts; the links that exist go on working.
    const admin = new RipcordFunction(this, 'Admin', {
      ...common,
      name: 'admin',
      description: 'Runs the commands of the command line',
      // It asks an exchange several things in a row; the command line waits for the answer.
      timeout: Duration.seconds(29),
      memorySize: 1024,
    });
    table.grant(
      admin,
      ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem', 'DeleteItem', 'Query'],
      ['Query'],
    );
    admin.grantAccounts(accounts, ['GetParameter', 'PutParameter', 'DeleteParameter', 'GetParametersByPath']);
    // To try the channels.
    admin.grantChannels(channels);
    topic.grantPublish(admin);

    // If this fails, links go on working, but a position whose outcome was unknown stays so, and an order that
    // was placed without a word from the exchange is confirmed by nobody. The next minute tries again.
    const sweep = new RipcordFunction(this, 'Sweep', {
      ...common,
      name: 'sweep',
      description: 'Settles what a link left unknown',
      // Below the minute between two runs, so that they don't overlap.
      timeout: Duration.seconds(50),
      memorySize: 1024,
      // An event that arrives twice waits for the first; and a run that failed is followed by the next minute's.
      ...(props.reserveSweep && { reservedConcurrentExecutions: 1 }),
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
    table.grant(sweep, ['GetItem', 'BatchGetItem'], ['Query']);
    table.grantActing(sweep);
    sweep.grantAccounts(accounts, ['GetParameter']);
    sweep.grantChannels(channels);
    topic.grantPublish(sweep);
    Validations.of(sweep.lambda).acknowledge({
      id: 'Serverless-LambdaAsyncFailureDestination',
      reason:
        'The next minute makes good what a run has failed to do; an alarm tells where none comes to its end.',
    });
    const everyMinute = new Rule(this, 'EveryMinute', {
      description: `Runs ${prefix}-sweep`,
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new FunctionTarget(sweep.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
    Validations.of(everyMinute).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason:
        'An event that was not delivered is followed by the next, a minute later, and says nothing of its own.',
    });

    // If this fails, no link can be pulled at all. What is open then has to be closed at the exchange itself.
    const api = new LinkApi(this, 'Api', { ...props, trigger: trigger.lambda });
    admin.grant({ RIPCORD_BASE_URL: api.url }, []);

    const alarms = new Alarms(this, 'Alarms', {
      ...props,
      namespace,
      topic,
      api,
      trigger: trigger.lambda,
      admin: admin.lambda,
      sweep: sweep.lambda,
    });
    new LinkDashboard(this, 'Dashboard', {
      namespace,
      api,
      functions: [trigger.lambda, admin.lambda, sweep.lambda],
      alarms: alarms.all,
    });

    new CfnOutput(this, 'BaseUrl', { value: api.url, description: 'What links start with' });
    new CfnOutput(this, 'AdminFunctionName', { value: admin.lambda.functionName });
    new CfnOutput(this, 'TableName', { value: table.name });
    new CfnOutput(this, 'TopicArn', { value: topic.arn, description: 'Alarms, and what came of each link' });
    if (api.target !== undefined)
      new CfnOutput(this, 'DomainTarget', {
        value: api.target,
        description: 'What the domain has to point at',
      });
  }
}
