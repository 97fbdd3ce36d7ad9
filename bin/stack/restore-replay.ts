import type { CommandResult, LinkView } from '../../lib/admin/contract/commands.ts';
import type { AdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import type { PreparedTable } from './dynamo-restore.ts';
import { findArmable, type Journal, planReplay, type ReplayPlan } from './restore-plan.ts';
import { listPositions } from './stage-contents.ts';

export type Checked = CommandResult<'restore.checkPosition'>;

/** A restored table in which nothing is armed and nothing is older than the exchange shows. */
export interface Replayed {
  plan: ReplayPlan;
  checked: Checked[];
  /** Every link that this or an earlier run paused. */
  paused: LinkView[];
  armable: LinkView[];
}

/** If it is not known since when the items are past, every trade since a position's opening counts. */
const neverUsed = new Date(0).toISOString();

/** Brings a restored table up to the present. Every step can be repeated. Links must be halted. */
export async function replay(
  admin: AdminClient,
  { name, restoredTo, itemsOf = neverUsed }: PreparedTable,
  journal: Journal,
): Promise<Replayed> {
  await requireHalt(admin);
  // The name is of this restore alone: a link that an earlier one left paused keeps that one's reason.
  const reason = `Restored from a backup of ${restoredTo} into ${name}.`;
  await admin.call('restore.pauseLinks', { reason });
  const before = await admin.call('links.list', {});
  const positionIds = (await listPositions(admin)).map(({ positionId }) => positionId);
  const plan = planReplay(journal, { links: before.links, positionIds });
  for (const linkId of plan.revoke) await admin.call('links.revoke', { linkId });
  const checked: Checked[] = [];
  for (const { positionId } of await listPositions(admin, { open: true })) {
    const input = { positionId, restoredTo: itemsOf, changed: plan.changed.get(positionId) };
    checked.push(await admin.call('restore.checkPosition', input));
  }
  // Only after the check: a position that was claimed in the backup can't be removed.
  for (const positionId of plan.forget) await forget(admin, positionId);
  if (plan.pause !== undefined) await admin.call(plan.pause ? 'links.pause' : 'links.resume', {});
  const { links } = await admin.call('links.list', {});
  const paused = links.filter(({ state }) => state === 'paused');
  const open = new Set(
    checked.flatMap(({ verdict, position }) => (verdict === 'open' ? [position.positionId] : [])),
  );
  const armable = findArmable(paused, { reason, open, plan, gap: journal.gap });
  return { plan, checked: checked.filter(isKnown(plan)), paused, armable };
}

function isKnown({ forget: forgotten }: ReplayPlan) {
  return ({ position }: Checked): boolean => !forgotten.includes(position.positionId);
}

/** The setting is in effect only when the function reports it. */
async function requireHalt(admin: AdminClient): Promise<void> {
  const { halted } = await admin.call('links.list', {});
  if (halted !== true)
    throw new CliError(
      'refused',
      'The admin function does not report that links are halted, so nothing was replayed.',
    );
}

async function forget(admin: AdminClient, positionId: string): Promise<void> {
  const answer = await admin.request('positions.forget', { positionId });
  if (!answer.ok && answer.error.code !== 'position-not-found')
    throw new CliError(answer.error.code, answer.error.message);
}
