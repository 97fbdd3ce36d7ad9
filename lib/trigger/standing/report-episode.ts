import { inParallel } from '../../parallel.ts';
import { toPresent } from '../../strategy/act.ts';
import { type HitResponse, toResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';
import { summarize } from './summarize.ts';

/** @returns what has become of the last hit's positions, as the table has it; undefined if a person may not see them. */
export async function reportEpisode({
  services,
  link,
  request,
}: StandingHit): Promise<HitResponse | undefined> {
  if (!request.navigation.userInitiated) return undefined;
  const { episode, unfinished } = await services.store.readLinkState(link.linkId);
  if (episode === undefined || episode.positionIds.length === 0) return undefined;
  const positions = await inParallel(episode.positionIds, 25, (positionId) =>
    services.store.readPosition(positionId),
  );
  const answers = positions.flatMap((position) => {
    if (position === undefined) return [];
    const { positionId, state } = position;
    const isUnfinished = unfinished?.positionIds.includes(positionId) === true && state !== 'closed';
    const { repeated: _, ...response } = toResponse({ position, result: undefined });
    return { positionId, progress: isUnfinished ? ('going' as const) : toPresent(state), response };
  });
  return summarize(answers);
}
