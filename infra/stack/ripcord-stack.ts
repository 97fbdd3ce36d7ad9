import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Alarms } from './alarms.ts';
import { LinkDashboard } from './dashboard.ts';
import { allowWake, createAdmin, createSweep, createTrigger, scheduleSweep } from './functions.ts';
import { LinkApi } from './link-api.ts';
import { NoticeTopic } from './notice-topic.ts';
import { PositionTable } from './position-table.ts';
import type { Settings } from './settings.ts';

export interface RipcordStackProps extends Settings {
  /** The folder that holds one built folder per function. */
  readonly functionsFolder: string;
}

/** The prefix `ripcord` is the stack `Ripcord`, `ripcord-test` the stack `Ripcord-test`. */
export function stackName(prefix: string): string {
  return prefix.charAt(0).toUpperCase() + prefix.slice(1);
}

export class RipcordStack extends Stack {
  constructor(scope: Construct, id: string, props: RipcordStackProps) {
    super(scope, id, { description: 'Secret webhook links that close positions on crypto exchanges' });
    const { prefix, functionsFolder, logRetentionDays } = props;
    // Each prefix has its own namespace, because its alarms must not count another prefix's metrics.
    const namespace = stackName(prefix);
    const table = new PositionTable(this, 'Table');
    const topic = new NoticeTopic(this, 'Notices', props);
    const common = { prefix, functionsFolder, logRetentionDays, metrics: namespace };
    const resources = { common, table, topic };

    const trigger = createTrigger(this, resources, props);
    const admin = createAdmin(this, resources);
    const sweep = createSweep(this, resources, props);
    scheduleSweep(this, sweep);
    allowWake(trigger, sweep);
    allowWake(admin, sweep);
    const functions = [trigger, admin, sweep];

    // If the API fails, no link fires. Open positions must then be closed at the exchange.
    const api = new LinkApi(this, 'Api', { ...props, trigger: trigger.lambda });
    admin.grant({ RIPCORD_BASE_URL: api.url }, []);

    const { all: alarms } = new Alarms(this, 'Alarms', { ...props, namespace, topic, api, functions });
    const lambdas = functions.map(({ lambda }) => lambda);
    new LinkDashboard(this, 'Dashboard', { namespace, api, functions: lambdas, alarms });

    new CfnOutput(this, 'BaseUrl', { value: api.url, description: 'What links start with' });
    new CfnOutput(this, 'AdminFunctionName', { value: admin.lambda.functionName });
    new CfnOutput(this, 'TableName', { value: table.name });
    new CfnOutput(this, 'TopicArn', { value: topic.arn, description: 'Receives alarms and notices' });
    if (api.target !== undefined)
      new CfnOutput(this, 'DomainTarget', {
        value: api.target,
        description: 'The host that the DNS record of the domain must point to',
      });
  }
}
