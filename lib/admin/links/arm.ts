import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requireLink, requirePosition } from '../require.ts';
import { toLinkView } from './link-view.ts';

/** Throws `link-not-found`, `position-not-found`, and `conflict` if the link is revoked or its position can't be acted on. */
export async function armLink(
  { services }: Pick<AdminServices, 'services'>,
  { linkId }: CommandInput<'links.arm'>,
): Promise<CommandResult<'links.arm'>> {
  const link = await requireLink(services, linkId);
  const position = await requirePosition(services, link.positionId ?? '');
  if (link.revokedAt !== undefined)
    throw new Fault('conflict', `${linkId} is revoked, permanently. Nothing was changed.`, {
      hint: { text: 'Create another link for the position.' },
    });
  if (position.state === 'needs-attention')
    throw new Fault('conflict', `${link.positionId} needs your attention first. ${linkId} stays as it was.`, {
      hint: { text: 'Resolve the position:', command: `positions resolve ${link.positionId}` },
    });
  await services.store.updateLink(linkId, { pausedReason: null });
  return { link: toLinkView({ ...link, pausedReason: undefined }, position, services.now()) };
}
