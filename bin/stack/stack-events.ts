import type { StackEvent } from '@aws-sdk/client-cloudformation';

/** CloudFormation gives these reasons to resources that it stopped because another one failed. */
const follows = /^Resource (creation|update) cancell?ed/i;

function isOwn({ StackId, PhysicalResourceId }: StackEvent): boolean {
  return PhysicalResourceId === StackId;
}

function isFinal(status: string): boolean {
  return !status.endsWith('_IN_PROGRESS');
}

/** @returns whether the events, of one operation in any order, contain the one that ends it. */
export function hasEnded(events: readonly StackEvent[]): boolean {
  return events.some((event) => isOwn(event) && isFinal(event.ResourceStatus ?? '_IN_PROGRESS'));
}

/**
 * @returns whether the stack was ever created as a whole. CloudFormation keeps events for 90 days, so a stack without any
 * event of its creation is older, and was.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html
 */
export function wasCreated(events: readonly StackEvent[]): boolean {
  const own = events.filter(isOwn).map(({ ResourceStatus: status = '' }) => status);
  return own.includes('CREATE_COMPLETE') || !own.some((status) => /^(CREATE_FAILED|ROLLBACK_)/.test(status));
}

/** @returns the resources that reached their state, in the order of the events. */
export function findFinished(events: readonly StackEvent[]): StackEvent[] {
  return events.filter((event) => !isOwn(event) && isFinal(event.ResourceStatus ?? '_IN_PROGRESS'));
}

/** @returns the line of a finished resource, such as `12/48 CREATE_COMPLETE AWS::SNS::Topic NoticesTopic898AF2CD`. */
export function describeProgress(event: StackEvent, done: number, total: number): string {
  const { ResourceStatus: status = '', ResourceType: type = '', LogicalResourceId: id = '' } = event;
  const reason = status.endsWith('_FAILED') ? ` (${event.ResourceStatusReason ?? 'no reason given'})` : '';
  const all = String(Math.max(total, done));
  return `${String(done).padStart(all.length)}/${all} ${status} ${type} ${id}${reason}`;
}

/**
 * @param events of one operation, oldest first.
 * @returns the resource that failed first, and why; undefined if none failed.
 */
export function findFailure(events: readonly StackEvent[]): string | undefined {
  const failed = events.filter(
    ({ ResourceStatus: status = '', ResourceStatusReason: reason = '' }) =>
      status.endsWith('_FAILED') && !follows.test(reason),
  );
  const first = failed.find((event) => !isOwn(event)) ?? failed[0];
  if (first === undefined) return undefined;
  const { LogicalResourceId: id, ResourceType: type, ResourceStatusReason: reason } = first;
  return `${id} (${type}): ${reason ?? 'no reason given'}`;
}
