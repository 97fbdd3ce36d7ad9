import type { Link } from '../link/link.ts';
import type { LinkState } from '../link/link-state.ts';
import { isInScope } from '../link/scope.ts';
import { isFinal } from '../position/position.ts';
import type { Services } from '../services.ts';
import { readArmed } from '../strategy/act.ts';
import { type Adoption, adoptExcess, type ExcessPlace, toAdoptPlace } from '../strategy/adopt-excess.ts';
import { changeLinkState } from '../strategy/change-link-state.ts';
import { takeOver, withoutOwed } from '../strategy/late-adoption.ts';
import { type Listed, listOpen } from '../strategy/list-in-scope.ts';
import { recordHit } from '../trigger/record-hit.ts';
import type { HitResponse } from '../trigger/response.ts';
import { notAdopted } from '../trigger/standing/adopt-first.ts';
import { leftAlone } from '../trigger/standing/left-alone.ts';
import { toTargetAnswer } from '../trigger/standing/target-answer.ts';
import { inTime, type SweepRun } from './sweep-run.ts';

type Owed = NonNullable<LinkState['adoption']>;

/** The sweep has more time than a hit. */
const withinMs = 5_000;

/**
 * Adopts what the exchange held at an alert whose hits could not read it, so that the link acts on it. TradingView no longer sends
 * that alert again. After 5 minutes it gives up, and the owner is notified.
 * @returns the state as stored then.
 */
export async function finishAdoption(run: SweepRun, link: Link): Promise<LinkState> {
  const { services } = run;
  // The list of states lags: a later alert may have adopted it.
  const state = await services.store.readLinkState(link.linkId);
  const { adoption } = state;
  if (adoption === undefined) return state;
  // Recorded before the state forgets it.
  const end = async (response: HitResponse) => {
    await record(services, link, response);
    return change(services, state, (known) => withoutOwed(known, adoption.alertAt));
  };
  const place = toAdoptPlace(link);
  if (place === undefined || adoption.giveUpAt <= services.now()) return end(notAdopted(adoption.why));
  const { why } = await readArmed(services, link.linkId);
  if (why !== undefined)
    return end(toTargetAnswer(link, link.linkId, { kind: 'withheld', why }, undefined).response);
  const listed = await listOpen(services.store);
  const adopted = findAdopted(link, adoption, listed) ?? (await adoptNow(run, link, place, adoption, listed));
  if (adopted.kind === 'nothing') await recordNewer(services, link, state, adoption, listed);
  const isOverdue = adopted.kind === 'unknown' && (adoption.overdueAt ?? adoption.giveUpAt) <= services.now();
  if (isOverdue) await record(services, link, notAdopted(adopted.why));
  return change(services, state, (known) => next(known, link, adoption, adopted, services.now()));
}

/** @returns what an earlier sweep adopted for this alert, before it died. */
function findAdopted({ linkId }: Link, { alertAt }: Owed, { positions }: Listed): Adoption | undefined {
  const position = positions.find(
    ({ adoptedFor, state }) =>
      adoptedFor?.linkId === linkId && adoptedFor.alertAt === alertAt && !isFinal(state),
  );
  return position && { kind: 'adopted', position, unadoptedOrders: [] };
}

function adoptNow(
  { claimServices, time }: SweepRun,
  { linkId }: Link,
  place: ExcessPlace,
  { alertAt }: Owed,
  listed: Listed,
): Promise<Adoption> {
  const bounded = inTime({ services: claimServices, time });
  return adoptExcess(bounded, place, listed, { alertAt, withinMs, adoptedFor: { linkId, alertAt } });
}

function next(
  known: LinkState,
  { follows }: Link,
  { alertAt }: Owed,
  adopted: Adoption,
  now: number,
): LinkState | undefined {
  if (adopted.kind === 'nothing') return withoutOwed(known, alertAt);
  if (adopted.kind === 'adopted')
    return takeOver(known, adopted.position, { follows: follows !== undefined, alertAt, now });
  const owed = known.adoption;
  if (owed === undefined) return undefined;
  const { overdueAt = owed.giveUpAt, giveUpAt } = owed;
  const adoption = { ...owed, why: adopted.why, overdueAt: overdueAt <= now ? giveUpAt : overdueAt };
  const isSame = adoption.why === owed.why && adoption.overdueAt === owed.overdueAt;
  return isSame ? undefined : { ...known, adoption };
}

async function change(
  { store }: Services,
  state: LinkState,
  toNext: (known: LinkState) => LinkState | undefined,
): Promise<LinkState> {
  return (await changeLinkState(store, state.linkId, toNext)) ?? state;
}

/** A position that is younger than the alert may hold what this was for: a sweep or a hit that died may have adopted it. */
async function recordNewer(
  services: Services,
  link: Link,
  { episode }: LinkState,
  { alertAt }: Owed,
  { positions }: Listed,
): Promise<void> {
  // A link that follows reports it at "flat", if it does not follow it.
  if (link.follows !== undefined) return;
  const newer = positions.filter(
    (position) =>
      isInScope(link, position) &&
      !isFinal(position.state) &&
      Date.parse(position.createdAt) > alertAt &&
      episode?.positionIds.includes(position.positionId) !== true,
  );
  await Promise.all(
    newer.map((position) => record(services, link, leftAlone(position), position.positionId)),
  );
}

async function record(
  services: Services,
  { linkId, action }: Link,
  response: HitResponse,
  positionId?: string,
): Promise<void> {
  await recordHit(
    services,
    { actor: 'sweep', linkId, action, ...(positionId && { positionId }) },
    response,
    [],
  );
}
