import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { RipcordFunction } from './ripcord-function.ts';

export interface NoticeTopicProps {
  readonly prefix: string;
  readonly notifyEmail?: string | undefined;
}

/** Where alarms go, and what came of each link. If this fails, nobody is told; the alarms still show their state. */
export class NoticeTopic extends Construct {
  readonly #topic: Topic;
  readonly #key: Key;
  readonly #action: SnsAction;
  readonly #hasReader: boolean;

  constructor(scope: Construct, id: string, { prefix, notifyEmail }: NoticeTopicProps) {
    super(scope, id);
    // A key of its own, though it costs a dollar a month: AWS's own one for SNS can't be used by CloudWatch, whose
    // alarms would be lost without a word.
    this.#key = new Key(this, 'Key', {
      description: `Encrypts ${prefix}'s notices`,
      enableKeyRotation: true,
      // Nothing is kept under it.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#topic = new Topic(this, 'Topic', {
      topicName: `${prefix}-notices`,
      masterKey: this.#key,
      // Adds a policy, which takes the place of the default one: publishers are named below and in their roles.
      enforceSSL: true,
    });
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com');
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    this.#topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [alarms],
        actions: ['sns:Publish'],
        resources: [this.#topic.topicArn],
        conditions,
      }),
    );
    this.#key.addToResourcePolicy(
      new PolicyStatement({
        principals: [alarms],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        // In a key's policy: this key.
        resources: ['*'],
        conditions,
      }),
    );
    this.#action = new SnsAction(this.#topic);
    this.#hasReader = notifyEmail !== undefined;

    if (notifyEmail !== undefined) {
      const subscription = this.#topic.addSubscription(new EmailSubscription(notifyEmail));
      Validations.of(subscription).acknowledge({
        id: 'Serverless-SNSRedrivePolicy',
        reason:
          'A mail that bounces is found by nobody in a queue either: the alarm keeps its state, the outcome is in the table and in `ripcord history`.',
      });
    }
  }

  get arn(): string {
    return this.#topic.topicArn;
  }

  takeAlarm(alarm: IAlarm & { addAlarmAction(action: SnsAction): void }): void {
    alarm.addAlarmAction(this.#action);
  }

  /** To publish, which takes the topic's key to encrypt with. A topic that nobody reads takes all and tells nobody. */
  grantPublish(to: RipcordFunction): void {
    if (!this.#hasReader) return;
    to.grant({ RIPCORD_TOPIC_ARN: this.#topic.topicArn }, [
      { actions: ['sns:Publish'], resources: [this.#topic.topicArn] },
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [this.#key.keyArn] },
    ]);
  }
}
