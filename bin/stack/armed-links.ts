import type { LinkView } from '../../lib/admin/contract/commands.ts';
import { type AdminClient, createAdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { isArmed } from '../link-text.ts';
import type { Cut } from './plan-deployment.ts';
import { hintFor, type Stage, toAdminTarget } from './stage.ts';
import { listPositions } from './stage-contents.ts';

/** @throws CliError if a link that can act would be cut, or if that can't be read. */
export async function refuseIfArmed(stage: Stage, { why, egress }: Cut): Promise<void> {
  const links = await findCutLinks(createAdminClient(toAdminTarget(stage)), egress).catch(
    (cause: unknown) => {
      throw new CliError(
        'refused',
        `Nothing was deployed: ${why}, and it is not known whether a link is armed. See why: ${hintFor(stage, 'links list')}`,
        { cause },
      );
    },
  );
  if (links.length === 0) return;
  const count = links.length === 1 ? '1 link is' : `${links.length} links are`;
  const other = egress
    ? `, or take the accounts off the addresses: ${hintFor(stage, 'accounts add NAME --exchange ID --egress none --replace')}`
    : `: ${hintFor(stage, 'links revoke LINK_ID')}. To list them: ${hintFor(stage, 'links list')}`;
  throw new CliError(
    'refused',
    `Nothing was deployed: ${why}, and ${count} armed. Revoke them first${other}`,
  );
}

/** @param egress whether only accounts with the egress "stack" are cut. */
async function findCutLinks(admin: AdminClient, egress: boolean): Promise<LinkView[]> {
  const { links, halted } = await admin.call('links.list', {});
  // The restore that is under way will arm what it paused.
  const canAct = links.filter(
    (link) => isArmed(link) || (halted === true && link.state === 'paused' && link.positionClosed !== true),
  );
  if (!egress || canAct.length === 0) return canAct;
  const { accounts } = await admin.call('accounts.list', {});
  const cut = new Set(accounts.filter((account) => account.egress === 'stack').map(({ name }) => name));
  const open = await listPositions(admin, { open: true });
  const positions = new Set(
    open.filter(({ account }) => cut.has(account)).map(({ positionId }) => positionId),
  );
  // A standing link may match a position of any account.
  return canAct.filter(({ positionId }) => positionId === undefined || positions.has(positionId));
}
