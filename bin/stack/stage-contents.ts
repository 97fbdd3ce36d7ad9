import type { CommandResult, LinkView } from '../../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { isArmed } from '../link-text.ts';
import type { SharedArguments } from '../options.ts';

type OpenPosition = CommandResult<'positions.list'>['positions'][number];

/** What stops working when a stage is destroyed. */
export interface StageContents {
  armed: LinkView[];
  open: OpenPosition[];
  /** Why links or positions can't be read. They count as armed and open then. */
  unknown?: string;
}

/** Asks the admin function. It never throws: a stage with a broken function can be destroyed too. */
export async function readContents(target: SharedArguments): Promise<StageContents> {
  try {
    const admin = createAdminClient(target);
    const [{ links }, open] = await Promise.all([admin.call('links.list', {}), listOpen(admin)]);
    return { armed: links.filter(isArmed), open };
  } catch (thrown) {
    const unknown = thrown instanceof Error ? thrown.message : 'no reason given';
    return { armed: [], open: [], unknown };
  }
}

/** Every position that has not ended, page by page: a response of Lambda holds at most 6 MB. */
async function listOpen(admin: AdminClient): Promise<OpenPosition[]> {
  const open: OpenPosition[] = [];
  let after: string | undefined;
  do {
    const page = await admin.call('positions.list', { open: true, live: false, limit: 500, after });
    open.push(...page.positions.filter(({ status }) => status !== 'closed' && status !== 'canceled'));
    after = page.next;
  } while (after !== undefined);
  return open;
}
