import { setTimeout as wait } from 'node:timers/promises';
import {
  type CloudFormationClient,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { printRemark } from '../terminal.ts';
import { describeProgress, findFinished, hasEnded } from './stack-events.ts';

const firstWaitMs = 100;
const longestWaitMs = 3_000;

/** Repeats a request, at first quickly and then every 3 seconds, until it returns something. */
export async function poll<Result>(request: () => Promise<Result | undefined>): Promise<Result> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    const result = await request();
    if (result !== undefined) return result;
    await wait(waitMs);
  }
}

/** A point in a stack's list of events: everything before it belongs to earlier operations. */
export interface EventMark {
  stackId: string;
  lastEventId: string | undefined;
}

export async function markEvents(client: CloudFormationClient, stackId: string): Promise<EventMark> {
  const [last] = await readEvents(client, { stackId, lastEventId: undefined }, { firstOnly: true });
  return { stackId, lastEventId: last?.EventId };
}

/** @returns the events after the mark, oldest first. CloudFormation lists the newest first. */
export async function readEvents(
  client: CloudFormationClient,
  { stackId, lastEventId }: EventMark,
  { firstOnly = false } = {},
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stackId }))
    for (const event of StackEvents) {
      if (event.EventId === lastEventId) return events.reverse();
      events.push(event);
      if (firstOnly) return events;
    }
  return events.reverse();
}

/**
 * Waits for the operation that started after the mark, and prints a line for each resource that it finished.
 * @param total how many resources it changes.
 * @returns its events, oldest first.
 */
export async function waitForOperation(
  client: CloudFormationClient,
  mark: EventMark,
  total: number,
): Promise<StackEvent[]> {
  let printed = 0;
  return poll(async () => {
    const events = await readEvents(client, mark);
    const finished = findFinished(events);
    for (const event of finished.slice(printed)) {
      printed += 1;
      printRemark(describeProgress(event, printed, total));
    }
    return hasEnded(events) ? events : undefined;
  });
}
