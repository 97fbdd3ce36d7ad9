import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { countResends } from './resends.ts';

/** More hits than this between two calls are left to `history.list`. */
const maxHits = 200;

export async function listChanges(
  { services: { store }, linksHalted: halted }: Pick<AdminServices, 'services' | 'linksHalted'>,
  { since = '0' }: CommandInput<'changes.list'>,
): Promise<CommandResult<'changes.list'>> {
  const [hits, { paused, sweptAt }] = await Promise.all([
    store.listHitsSince(since, maxHits),
    store.readStatus(),
  ]);
  return { hits: countResends(hits), paused, sweptAt, halted };
}
