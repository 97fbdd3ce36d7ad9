import {
  type CfnElement,
  CfnOutput,
  DefaultStackSynthesizer,
  type IStackSynthesizer,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { LinkDashboard } from './dashboard.ts';
import { Egress } from './egress.ts';
import {
  allowWake,
  createAdmin,
  createAlarm,
  createSweep,
  createTrigger,
  scheduleEveryMinute,
} from './functions.ts';
import { LinkApi } from './link-api.ts';
import { NoticeTopic } from './notice-topic.ts';
import { PositionTable } from './position-table.ts';
import type { RipcordFunction } from './ripcord-function.ts';
import { stackName } from './setting-definitions.ts';
import { addSettings, type StackSettings, type Stage } from './settings.ts';
import { StackKey } from './stack-key.ts';

export interface RipcordStackProps extends Stage {
  /** The folder that holds one built folder per function. */
  readonly functionsFolder: string;
}

interface Watched extends Omit<AlarmsProps, 'throttleRate'> {
  readonly functions: readonly RipcordFunction[];
  readonly settings: StackSettings;
}

interface Parts {
  readonly api: LinkApi;
  readonly admin: RipcordFunction;
  readonly table: PositionTable;
  readonly topic: NoticeTopic;
  readonly settings: StackSettings;
}

/** `ripcord deploy` needs no bootstrapped account, so the template has no parameter and no rule about one. */
function createSynthesizer(): IStackSynthesizer {
  return new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer;
}

export class RipcordStack extends Stack {
  constructor(scope: Construct, id: string, props: RipcordStackProps) {
    const description = 'Secret webhook links that close positions on crypto exchanges';
    super(scope, id, { description, synthesizer: createSynthesizer() });
    const { prefix, functionsFolder } = props;
    const settings = addSettings(this);
    const { logRetentionDays, linksHalted, conditions } = settings;
    // Each prefix has its own namespace, because its alarms must not count another prefix's metrics.
    const namespace = stackName(prefix);
    const key = new StackKey(this, 'Key', { prefix });
    const table = new PositionTable(this, 'Table', settings);
    const topic = new NoticeTopic(this, 'Notices', { prefix, key, ...settings });
    const logs = { logRetentionDays, metrics: namespace };
    const common = { prefix, functionsFolder, ...logs, linksHalted, conditions };
    const resources = { common, table, topic, key };

    const trigger = createTrigger(this, resources, settings);
    const admin = createAdmin(this, resources);
    const sweep = createSweep(this, resources, settings);
    const alarm = createAlarm(this, resources);
    new Egress(this, 'Egress', { prefix, ...settings, users: [trigger, admin, sweep] });
    scheduleEveryMinute(this, { sweep, trigger }, conditions);
    for (const caller of [trigger, admin]) allowWake(caller, sweep);
    const functions = [trigger, admin, sweep, alarm];

    // If the API fails, no link fires. Open positions must then be closed at the exchange.
    const api = new LinkApi(this, 'Api', {
      prefix,
      ...settings,
      trigger: trigger.lambda,
      metrics: namespace,
    });
    for (const reader of [admin, sweep]) reader.grant({ RIPCORD_BASE_URL: api.acceptedUrl }, []);

    this.#watch({ prefix, namespace, topic, api, functions, trigger, sweep, settings });
    this.#addOutputs({ api, admin, table, topic, settings });
    this.#namePermissions();
  }

  /** Without CDK's hash, which is in every reference: two equal names would fail the synthesis. */
  protected override allocateLogicalId(element: CfnElement): string {
    return super.allocateLogicalId(element).replace(/[0-9A-F]{8}$/, '');
  }

  /**
   * CDK puts the stack's name into the ids of permissions that a rule or a topic needs. Without it, all stages have the
   * same ids, and the npm package needs only one template.
   */
  #namePermissions(): void {
    for (const permission of this.node.findAll()) {
      if (!(permission instanceof CfnPermission) || !/^Allow(Invoke|EventRule)/.test(permission.node.id))
        continue;
      // Below the app and the stack.
      const scopes = permission.node.scopes.slice(2, -1);
      permission.overrideLogicalId(`${scopes.map(({ node }) => node.id).join('')}Permission`);
    }
  }

  #watch({ functions, settings, ...props }: Watched): void {
    const { all: alarms } = new Alarms(this, 'Alarms', { ...props, throttleRate: settings.throttleRate });
    const { dashboard: condition } = settings.conditions;
    new LinkDashboard(this, 'Dashboard', { ...props, functions, alarms, condition });
  }

  #addOutputs({ api, admin, table, topic, settings }: Parts): void {
    new CfnOutput(this, 'BaseUrl', { value: api.url, description: 'What links start with' });
    new CfnOutput(this, 'AdminFunctionName', { value: admin.lambda.functionName });
    new CfnOutput(this, 'TableName', { value: table.name });
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W1001',
      reason: 'Outputs name what exists only under a condition inside Fn::If, with the same condition.',
    });
    new CfnOutput(this, 'TopicArn', { value: topic.arn, description: 'Receives alarms and notices' });
    new CfnOutput(this, 'DomainTarget', {
      value: api.domainTarget,
      description: 'The host that the DNS record of the domain must point to',
      condition: settings.conditions.domain,
    });
  }
}
