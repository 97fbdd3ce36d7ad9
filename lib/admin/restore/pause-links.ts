import { inParallel } from '../../parallel.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { listLinks } from '../links/list.ts';

/** Pauses what can act. A link that is paused already keeps its reason. */
export async function pauseEachLink(
  { services }: Pick<AdminServices, 'services'>,
  { reason }: CommandInput<'restore.pauseLinks'>,
): Promise<CommandResult<'restore.pauseLinks'>> {
  const { links } = await listLinks({ services }, {});
  // Expired links too: a longer expiry would make them work.
  const pausable = links.filter(({ state }) => state === 'armed' || state === 'expired');
  await inParallel(pausable, 10, ({ linkId }) => services.store.updateLink(linkId, { pausedReason: reason }));
  return { paused: pausable.length };
}
