import type { Hit } from '../../link/hit.ts';
import type { Link } from '../../link/link.ts';
import type { LinkState } from '../../link/link-state.ts';
import { inParallel } from '../../parallel.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Progress } from '../../strategy/act.ts';
import { giveUpMs } from '../../strategy/alert-times.ts';
import { createResponse, type HitResponse, inProgress, toResponse } from '../response.ts';
import type { StandingHit } from './standing-hit.ts';
import { summarize } from './summarize.ts';
import type { TargetAnswer } from './target-answer.ts';

/** @returns what has become of the last hit's positions, as the table has it; undefined if a person may not see them. */
export async function reportEpisode({
  services,
  link,
  request,
}: StandingHit): Promise<HitResponse | undefined> {
  if (!request.navigation.userInitiated) return undefined;
  const state = await services.store.readLinkState(link.linkId);
  const { episode, adoption } = state;
  const isOwed = adoption !== undefined;
  if (episode === undefined || (episode.positionIds.length === 0 && !isOwed)) return undefined;
  const isOver = episode.at + giveUpMs < services.now();
  const answers = await inParallel(episode.positionIds, 25, async (positionId) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) return [];
    const known = findResult(link, state, position);
    if (known !== undefined) return [toAnswer(position, known, toResponse({ position, result: undefined }))];
    const hits = await services.store.listHits(positionId, recentHits);
    const progress = findRecorded(link, episode.at, hits) ?? (isOver ? 'refused' : 'going');
    return [toAnswer(position, progress, progress === 'done' ? done : notDone)];
  });
  return summarize(answers.flat(), isOwed ? ['going'] : []);
}

/** A hit and the sweep write one record each, and other links may have acted since. */
const recentHits = 20;

/** @returns undefined if the position does not show what the hit did: it leaves no outcome, or an earlier one is there. */
function findResult(
  { linkId, action }: Link,
  { episode, unfinished }: LinkState,
  position: Position,
): Progress | undefined {
  const { positionId, state, outcome } = position;
  if (isFinal(state)) return 'done';
  if (state === 'claimed' || unfinished?.positionIds.includes(positionId) === true) return 'going';
  if (state === 'failed' || state === 'needs-attention') return 'refused';
  if (state === 'kept' && action === 'keep') return 'done';
  const isOwn = outcome?.linkId === linkId && Date.parse(outcome.claimedAt) >= (episode?.at ?? 0);
  return isOwn ? 'done' : undefined;
}

/** The sweep records all that it ends, also that it gave up. */
function findRecorded({ linkId }: Link, since: number, hits: readonly Hit[]): Progress | undefined {
  const [latest] = hits
    .filter((hit) => hit.linkId === linkId && Date.parse(hit.at) >= since)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  if (latest === undefined) return undefined;
  if (latest.refusal !== undefined) return 'refused';
  if (latest.decision === 'in-progress' || latest.status === 503) return undefined;
  return latest.status < 400 ? 'done' : 'refused';
}

function toAnswer(
  position: Position,
  progress: Progress,
  ended: HitResponse,
): Pick<TargetAnswer, 'positionId' | 'progress' | 'response'> {
  const { positionId, symbol, side } = position;
  // A page that waits shows the result of its own hit, which it must not call an earlier one.
  const { repeated: _, ...response } = progress === 'going' ? inProgress(position) : ended;
  return { positionId, progress, response: { ...response, position: { positionId, symbol, side } } };
}

const done = createResponse('unchanged', { publicMessage: 'Done.', decision: 'duplicate' });
const notDone = createResponse('refused', {
  headline: 'Not done',
  publicMessage: 'Not done. The history has the reason.',
  decision: 'refused',
});
