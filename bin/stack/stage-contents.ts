import type { CommandResult, LinkView } from '../../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { isArmed } from '../link-text.ts';
import type { SharedArguments } from '../options.ts';

type ListedPosition = CommandResult<'positions.list'>['positions'][number];

/** What stops working when a stage is destroyed. */
export interface StageContents {
  armed: LinkView[];
  open: ListedPosition[];
  /** Why links or positions can't be read. They count as armed and open then. */
  unknown?: string;
}

/** Asks the admin function. It never throws: a stage with a broken function can be destroyed too. */
export async function readContents(target: SharedArguments): Promise<StageContents> {
  try {
    const admin = createAdminClient(target);
    const [{ links }, open] = await Promise.all([
      admin.call('links.list', {}),
      listPositions(admin, { open: true }),
    ]);
    return { armed: links.filter(isArmed), open };
  } catch (thrown) {
    const unknown = thrown instanceof Error ? thrown.message : 'no reason given';
    return { armed: [], open: [], unknown };
  }
}

/** All positions, page by page: a response of Lambda holds at most 6 MB. */
export async function listPositions(admin: AdminClient, { open = false } = {}): Promise<ListedPosition[]> {
  const listed: ListedPosition[] = [];
  let after: string | undefined;
  do {
    const page = await admin.call('positions.list', { open, live: false, limit: 500, after });
    listed.push(...page.positions);
    after = page.next;
  } while (after !== undefined);
  return open ? listed.filter(({ status }) => status !== 'closed' && status !== 'canceled') : listed;
}
