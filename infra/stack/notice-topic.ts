import { type CfnCondition, Stack, Validations } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { CfnSubscription, Subscription, Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { RipcordFunction } from './ripcord-function.ts';
import type { StackSettings, Stage } from './settings.ts';

const noQueue =
  'A dead-letter queue would not be read either. The alarm keeps its state, and outcomes are in the table and in `ripcord history`.';

export type NoticeTopicProps = Stage & { readonly key: Key } & Pick<
    StackSettings,
    'notifyEmail' | 'conditions'
  >;

/** Receives alarms and notices. If publishing fails, no e-mail is sent; the alarms still show their state. */
export class NoticeTopic extends Construct {
  readonly #topic: Topic;
  readonly #key: Key;
  readonly #action: SnsAction;
  readonly #hasEmail: CfnCondition;

  constructor(scope: Construct, id: string, { prefix, key, notifyEmail, conditions }: NoticeTopicProps) {
    super(scope, id);
    this.#key = key;
    this.#topic = new Topic(this, 'Topic', {
      topicName: `${prefix}-notices`,
      masterKey: this.#key,
      // Adds a policy, which replaces the default one. Publishers are named below and in their roles.
      enforceSSL: true,
    });
    this.#allowAlarms();
    this.#action = new SnsAction(this.#topic);
    this.#hasEmail = conditions.email;
    this.#subscribe(notifyEmail);
  }

  get arn(): string {
    return this.#topic.topicArn;
  }

  /** Publishes when the alarm goes off, and when it ends. */
  addAlarm(alarm: Alarm): void {
    alarm.addAlarmAction(this.#action);
    alarm.addOkAction(this.#action);
  }

  /**
   * Allows a function to publish, and to encrypt with the topic's key. A topic without a subscriber accepts every
   * message and delivers none, so without a subscriber the function does not get the topic.
   * @param more actions on the topic.
   */
  grantPublish(to: RipcordFunction, ...more: string[]): void {
    RipcordFunction.grantIf(this.#hasEmail, {
      scope: to,
      functions: [to],
      variables: { RIPCORD_TOPIC_ARN: this.#topic.topicArn },
      permissions: [
        { actions: ['sns:Publish', ...more], resources: [this.#topic.topicArn] },
        { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#key.keyArn] },
      ],
    });
  }

  /** The function gets everything that is published, also the notices of the sweep. */
  subscribe({ lambda }: RipcordFunction): void {
    this.#topic.addSubscription(new LambdaSubscription(lambda));
    for (const subscription of lambda.node.findAll().filter((node) => node instanceof Subscription))
      Validations.of(subscription).acknowledge({ id: 'Serverless-SNSRedrivePolicy', reason: noQueue });
  }

  /** Allows CloudWatch alarms of this AWS account to publish. */
  #allowAlarms(): void {
    const principals = [new ServicePrincipal('cloudwatch.amazonaws.com')];
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.#topic.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ['sns:Publish'],
        resources: [this.#topic.topicArn],
        conditions,
      }),
    );
    this.#key.addToResourcePolicy(
      new PolicyStatement({
        principals,
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In a key policy, * is this key.
        resources: ['*'],
        conditions,
      }),
    );
  }

  #subscribe(email: string): void {
    const subscription = new CfnSubscription(this, 'Email', {
      topicArn: this.#topic.topicArn,
      protocol: 'email',
      endpoint: email,
    });
    subscription.cfnOptions.condition = this.#hasEmail;
    Validations.of(subscription).acknowledge({ id: 'Serverless-SNSRedrivePolicy', reason: noQueue });
  }
}
