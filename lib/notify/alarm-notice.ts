import { z } from 'zod';
import type { AccountHealth } from '../health/account-health.ts';
import { addNotice } from '../position/notice.ts';
import { toSafeLine } from './notice-text.ts';

/**
 * What CloudWatch publishes when an alarm changes its state:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
const alarmSchema = z.object({
  AlarmName: z.string().min(1),
  /** The alarm's meaning and what to do: infra/stack/alarms.ts. */
  AlarmDescription: z.string().nullish(),
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  OldStateValue: z.string().optional(),
  StateChangeTime: z.string(),
});
export type AlarmChange = z.infer<typeof alarmSchema>;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
const eventSchema = z.object({
  Records: z.array(z.object({ Sns: z.object({ Message: z.string() }) })),
});

/** @returns the alarms in an event of SNS. The topic has other messages too: notices of the sweep, which are text. */
export function parseAlarms(event: unknown): AlarmChange[] {
  const { Records: records = [] } = eventSchema.safeParse(event).data ?? {};
  return records.flatMap(({ Sns: { Message: message } }) => parseMessage(message) ?? []);
}

function parseMessage(message: string): AlarmChange | undefined {
  try {
    return alarmSchema.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

/** @returns the health with notices of alarms that it does not have yet. A new alarm becomes OK first, without a message. */
export function appendAlarms(health: AccountHealth, alarms: AlarmChange[], now: number): AccountHealth {
  const notices = alarms.reduce((known, alarm) => {
    const noticeId = `ntc_alarm_${alarm.AlarmName}_${alarm.StateChangeTime}`;
    const text = describe(alarm);
    if (text === undefined || known.some((notice) => notice.noticeId === noticeId)) return known;
    return addNotice(known, {
      noticeId,
      at: now,
      event: 'alarm',
      text: toSafeLine(text),
      delivered: {},
    });
  }, health.notices);
  return { ...health, notices };
}

function describe({ AlarmName: name, AlarmDescription, ...alarm }: AlarmChange): string | undefined {
  const meaning = AlarmDescription ?? 'It has no description.';
  if (alarm.NewStateValue === 'ALARM') return `Alarm ${name}. ${meaning}`;
  const hasEnded = alarm.NewStateValue === 'OK' && alarm.OldStateValue === 'ALARM';
  return hasEnded ? `Alarm ${name} is OK again. It was: ${meaning}` : undefined;
}
