import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  type LogGroup,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { type AwsTarget, toClientSettings } from './aws-client-settings.ts';
import type { PreparedTable } from './dynamo-restore.ts';
import type { Journal, JournalEntry } from './restore-plan.ts';

const lineSchema = z.object({
  event: z.string(),
  decision: z.string().optional(),
  code: z.string().optional(),
  positionId: z.string().optional(),
  linkId: z.string().optional(),
  outcome: z.string().optional(),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html */
const pattern = '{ ($.decision = "fired") || ($.event = "recovered") || ($.event = "command") }';

/**
 * A log line is written after what it reports, so a line from before the backup reports what the backup has. Clocks of AWS
 * differ by less.
 */
const skewMs = 2_000;
const dayMs = 86_400_000;

/** @returns what the functions' logs know since the items of a restored table. */
export async function readJournal(
  target: AwsTarget,
  prefix: string,
  { from, restoredTo, itemsOf }: PreparedTable,
): Promise<Journal> {
  const since = Date.parse(itemsOf ?? restoredTo);
  const client = new CloudWatchLogsClient(toClientSettings(target));
  const groups = ['trigger', 'admin', 'sweep'].map((name) => `/aws/lambda/${prefix}-${name}`);
  const entries: JournalEntry[] = [];
  let gap =
    itemsOf === undefined ? `It is not known how long the functions have not used ${from}.` : undefined;
  for (const name of groups) {
    const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const group = logGroups.find(({ logGroupName }) => logGroupName === name);
    gap ??= group === undefined ? `There is no log group ${name}.` : findGap(name, group, since);
    if (group !== undefined) entries.push(...(await readGroup(client, name, since)));
  }
  return { entries, gap };
}

function findGap(
  name: string,
  { creationTime = 0, retentionInDays }: LogGroup,
  since: number,
): string | undefined {
  if (creationTime > since) return `The logs ${name} begin after the backup.`;
  const oldest = retentionInDays === undefined ? 0 : Date.now() - retentionInDays * dayMs;
  return oldest > since
    ? `The logs ${name} live for ${retentionInDays} days, and the backup is older.`
    : undefined;
}

async function readGroup(
  client: CloudWatchLogsClient,
  logGroupName: string,
  since: number,
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  const request = { logGroupName, startTime: since - skewMs, filterPattern: pattern };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, request))
    for (const { timestamp = 0, message = '' } of events) {
      const entry = toEntry(timestamp, message);
      if (entry !== undefined) entries.push(entry);
    }
  return entries;
}

/** @returns undefined for a line that changes nothing, whichever program wrote it. */
function toEntry(at: number, message: string): JournalEntry | undefined {
  const { data } = lineSchema.safeParse(parseJson(message));
  if (data === undefined) return undefined;
  const what = toWhat(data);
  const { positionId, linkId, outcome } = data;
  return what === undefined ? undefined : { at, what, positionId, linkId, outcome };
}

function toWhat({ event, decision, code }: z.infer<typeof lineSchema>): string | undefined {
  if (event === 'command') return code;
  if (event === 'recovered') return 'recovered';
  return decision === 'fired' ? 'fired' : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
