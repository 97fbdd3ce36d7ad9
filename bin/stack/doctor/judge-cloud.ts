import type { Fact } from './fact.ts';
import type { Alarming, CloudFacts, Identity, Quota, StackFacts } from './facts.ts';
import { type Finding, fail, judgeFact, ok, warn } from './finding.ts';

/** AWS's dates have whole seconds, and the response takes a moment. */
const clockToleranceMs = 5_000;

/** @returns what AWS reports, as findings. */
export function judgeCloud(facts: CloudFacts): Finding[] {
  const { identity, stack, drift, quota, subscriptions, alarms } = facts;
  const deployed = 'value' in stack ? stack.value : undefined;
  return [
    ...judgeFact('credentials', identity, ({ account, arn, region }) =>
      ok('credentials', `${arn} in account ${account}, ${region}.`),
    ),
    ...judgeFact('clock', withClock(identity), judgeClock),
    ...judgeFact('stack', stack, judgeStack),
    ...judgeFact('termination protection', ofStack(deployed), judgeProtection),
    ...(deployed?.outputs.EgressAddresses === undefined
      ? []
      : [
          ok(
            'fixed addresses',
            `Keys of accounts with egress may be bound to ${deployed.outputs.EgressAddresses}.`,
          ),
        ]),
    ...judgeFact('drift', drift, judgeDrift),
    ...judgeFact('quota', quota, (value) => judgeQuota(value, deployed)),
    ...judgeFact('e-mail', subscriptions, (value) => judgeSubscriptions(value, deployed)),
    ...judgeFact('alarms', alarms, judgeAlarms),
  ];
}

function ofStack(stack: StackFacts | undefined): Fact<StackFacts> | undefined {
  return stack === undefined ? undefined : { value: stack };
}

function withClock(identity: Fact<Identity>): Fact<number> {
  if ('unread' in identity) return identity;
  const { clockAheadMs } = identity.value;
  return clockAheadMs === undefined
    ? { unread: { kind: 'unsupported', why: 'The response has no date.' } }
    : { value: clockAheadMs };
}

function judgeClock(aheadMs: number): Finding {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (Math.abs(aheadMs) <= clockToleranceMs) return ok('clock', "This machine's clock agrees with AWS's.");
  return fail(
    'clock',
    `This machine's clock is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} AWS's.`,
    'Set it by NTP. AWS refuses requests that are more than 5 minutes off.',
  );
}

function judgeStack(stack: StackFacts | undefined): Finding {
  if (stack === undefined)
    return fail('stack', 'There is no stack in this account and region.', 'Deploy it: ripcord deploy');
  const { name, status, reason } = stack;
  const because = reason === undefined ? '' : ` (${reason})`;
  if (status === 'UPDATE_ROLLBACK_COMPLETE')
    return warn(
      'stack',
      `${name} is complete, and its last update was rolled back${because}.`,
      'Deploy again: ripcord deploy',
    );
  if (/(^|_)(ROLLBACK|DELETE)_|FAILED/.test(status))
    return fail(
      'stack',
      `${name} is ${status}${because}.`,
      status.startsWith('DELETE_') ? 'Finish the deletion: ripcord destroy' : 'Deploy again: ripcord deploy',
    );
  if (status.endsWith('_IN_PROGRESS'))
    return warn('stack', `${name} is ${status}.`, 'Wait until the deployment has ended.');
  return ok('stack', `${name} is ${status}.`);
}

function judgeProtection({ isProtected }: StackFacts): Finding {
  return isProtected
    ? ok('termination protection', 'The stack is protected from deletion.')
    : warn(
        'termination protection',
        'The stack is not protected from deletion.',
        'Deploy again, which protects it: ripcord deploy',
      );
}

function judgeDrift(drifted: string[]): Finding {
  return drifted.length === 0
    ? ok('drift', 'All resources are as deployed.')
    : fail(
        'drift',
        `Changed outside of a deployment: ${drifted.join(', ')}.`,
        'Undo the change: a deployment does not. The CloudFormation console shows what differs.',
      );
}

/** AWS never lets reservations leave less. */
const alwaysUnreserved = 100;

function judgeQuota({ limit, unreserved }: Quota, stack: StackFacts | undefined): Finding {
  const { triggerConcurrency = '' } = stack?.parameters ?? {};
  const text = `${limit} concurrent executions, ${unreserved} of them unreserved.`;
  if (stack !== undefined && triggerConcurrency === '0')
    return warn(
      'quota',
      `${text} None are reserved for the trigger, so other functions can use them up.`,
      limit <= alwaysUnreserved
        ? 'Ask AWS for more concurrent executions, then: ripcord deploy --set triggerConcurrency=200'
        : 'Reserve some: ripcord deploy --set triggerConcurrency=200',
    );
  return ok('quota', text);
}

function judgeSubscriptions(
  subscriptions: { endpoint: string; isConfirmed: boolean }[],
  stack: StackFacts | undefined,
): Finding {
  const { notifyEmail: email = 'none' } = stack?.parameters ?? {};
  if (email === 'none') return ok('e-mail', 'No notifyEmail is set.');
  const topic = stack?.outputs.TopicArn ?? 'TOPIC_ARN';
  const advice = `Open the link in the e-mail of AWS to ${email}. To get another one: aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ${email}`;
  const found = subscriptions.find(({ endpoint }) => endpoint === email);
  if (found === undefined) return fail('e-mail', `${email} is not subscribed to the topic.`, advice);
  return found.isConfirmed
    ? ok('e-mail', `${email} is confirmed.`)
    : fail('e-mail', `${email} has not confirmed its subscription, so no e-mail is sent.`, advice);
}

function judgeAlarms(alarms: Alarming[]): Finding | Finding[] {
  if (alarms.length === 0) return ok('alarms', 'No alarm is active.');
  return alarms.map(({ name, description }) =>
    fail('alarms', `${name} is active.`, description || 'See docs/operations/alarms.md.'),
  );
}
