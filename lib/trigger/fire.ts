import { claimableFrom, type Intent, newClaim, pursue, recover, type Standing } from '../close/claim.ts';
import type { RequestNote } from '../link/hit.ts';
import { mayComeFrom } from '../link/ip-allow-list.ts';
import { isExpired, type Link, linkIdOf } from '../link/link.ts';
import { hashToken, isWellFormed } from '../link/token.ts';
import { isFinal, type Position } from '../position/position.ts';
import type { Engine } from '../services.ts';
import { recordHit } from './record-hit.ts';
import type { Request } from './request.ts';
import {
  type Answer,
  answerOf,
  asking,
  busy,
  expired,
  ignored,
  notFound,
  over,
  paused,
  refusedMethod,
  removed,
  revoked,
  usedUp,
  wrongSource,
} from './response.ts';

/** Fires a link, if it may be fired: finds it, claims its position, acts, answers what is written down. */
export const fire = async (engine: Engine, request: Request): Promise<Answer> => {
  if (request.method !== 'GET' && request.method !== 'POST') return refusedMethod;
  if (!isWellFormed(request.token)) return notFound;
  const hash = hashToken(request.token);
  const { link, paused: isPaused } = await engine.table.openLink(linkIdOf(hash));
  if (link === undefined || link.tokenHash !== hash) return notFound;

  const held = heldBack(engine, link, request, isPaused);
  if (held === undefined) connectEarly(engine, link);
  const { answer, standing } =
    held === undefined
      ? await claimAndAct(engine, link)
      : {
          answer: held.decision === 'asked' ? await askOrTell(engine, link, request, held) : held,
          standing: undefined,
        };
  const requests = standing?.requests ?? [];
  await recordHit(engine, link, request, answer, requests);
  return { ...answer, linkId: link.linkId, exchangeMs: spanOf(requests) };
};

/** Credentials and the exchange's code are fetched beside the claim, which says for itself what failed of it. */
const connectEarly = (engine: Engine, { account, exchange }: Link): void => {
  if (account !== undefined) engine.exchanges.of(account, exchange).catch(() => undefined);
};

/** Milliseconds from the first request to the last answer: some of them run beside each other. */
const spanOf = (requests: RequestNote[]): number | undefined => {
  if (requests.length === 0) return undefined;
  const starts = requests.map(({ at }) => Date.parse(at));
  const ends = requests.map(({ at, ms }) => Date.parse(at) + ms);
  return Math.max(...ends) - Math.min(...starts);
};

/** Everything that keeps a link from firing, before anything is claimed. */
const heldBack = (engine: Engine, link: Link, request: Request, isPaused: boolean): Answer | undefined => {
  if (link.revokedAt !== undefined) return revoked;
  if (isExpired(link, engine.now())) return expired;
  if (!mayComeFrom(link.sources, request.sourceIp ?? '')) return wrongSource;
  if (isPaused) return paused;
  if (request.method === 'POST') return request.hasBody ? ignored : undefined;
  if (link.methods === 'post-only') return asking(link, 'it only acts on a POST');
  if (link.confirm) return asking(link, 'it wants to be confirmed');
  // Browsers reload what they had discarded, and open it again when they start: not one part more by that.
  if (link.percent !== undefined && link.maxUses !== 1)
    return asking(link, 'it may act more than once, and opening it again must not close another part');
  return request.navigation.person ? undefined : asking(link, request.navigation.why);
};

/** There is nothing to ask about a position that is over, or at which somebody is: that is told instead. */
const askOrTell = async (engine: Engine, link: Link, request: Request, ask: Answer): Promise<Answer> => {
  const position = await engine.table.readPosition(link.positionId);
  if (position === undefined) return removed;
  const isOver = isFinal(position.state) || position.state === 'claimed';
  // A person has to see what the button is for; chats and scanners need not know what is traded, or was.
  if (!request.navigation.person) return isOver ? over(position) : ask;
  const { symbol, side } = position;
  return isOver
    ? answerOf({ position, ending: undefined }, link.action)
    : { ...ask, body: { ...ask.body, symbol, side } };
};

const claimAndAct = async (
  engine: Engine,
  link: Link,
): Promise<{ answer: Answer; standing: Standing | undefined }> => {
  const result = await claimAndRun(engine, link.positionId, link, link.maxUses);
  if (result.kind === 'ran')
    return { answer: answerOf(result.standing, link.action), standing: result.standing };
  const { position } = result;
  if (result.kind === 'busy') return { answer: busy, standing: undefined };
  if (result.revoked) return { answer: revoked, standing: undefined };
  if (position === undefined) return { answer: removed, standing: undefined };
  const spent = link.maxUses !== undefined && (position.uses[link.linkId] ?? 0) >= link.maxUses;
  const answer =
    spent && position.state === 'open' && position.outcome?.linkId !== link.linkId
      ? usedUp
      : answerOf({ position, ending: undefined }, link.action);
  return { answer, standing: result.recovered };
};

export type RunResult =
  | { kind: 'ran'; standing: Standing }
  /** Somebody is at it with less than what was wanted, and may be for a while: nothing was done here. */
  | { kind: 'busy'; position: Position }
  /** `recovered`: another link's claim, brought to its end by this very hit. */
  | { kind: 'refused'; position: Position | undefined; revoked: boolean; recovered?: Standing | undefined };

/** How often, and how far apart, a claim is tried while a part-close or a keep is under way: within 3 s in all. */
const claimTries = 8;
const claimPauseMs = 250;

/** Claims a position for an intent and brings it to an end; a dead owner's claim is brought to its end first. */
export const claimAndRun = async (
  engine: Engine,
  positionId: string,
  intent: Intent,
  maxUses?: number,
): Promise<RunResult> => {
  const from = claimableFrom[intent.action];
  let recovered: Standing | undefined;
  for (let attempt = 0; attempt < claimTries; attempt += 1) {
    const claim = newClaim(engine, intent);
    const result = await engine.table.claimPosition({ positionId, claim, from, maxUses });
    if (result.kind === 'claimed')
      return { kind: 'ran', standing: await pursue(engine, result.position, claim) };
    const { position } = result;
    if (position === undefined || result.revoked) return result;
    if (position.state !== 'claimed') {
      // It was given back between the claim and the look: it is free, unless this link's uses are up.
      const spent = maxUses !== undefined && (position.uses[intent.linkId] ?? 0) >= maxUses;
      const isFree = !spent && from.includes(position.state);
      if (!isFree) return { ...result, recovered };
    } else if (isStale(engine, position)) {
      recovered = await recover(engine, position);
      // A resend of the very alert that a dead process had begun: that was it.
      const wasOurs = position.claim?.linkId === intent.linkId;
      if (recovered.position.state === 'claimed')
        return covers(position.claim, intent)
          ? { kind: 'ran', standing: recovered }
          : { kind: 'busy', position };
      if (wasOurs && recovered.ending !== undefined) return { kind: 'ran', standing: recovered };
      continue;
    } else if (covers(position.claim, intent)) return result;
    else if (attempt === claimTries - 1) return { kind: 'busy', position };
    await engine.pause(claimPauseMs);
  }
  const position = await engine.table.readPosition(positionId);
  return position === undefined ? { kind: 'refused', position, revoked: false } : { kind: 'busy', position };
};

/** Whether what is under way does all that is wanted: to close all is more than to keep or to close a part. */
const covers = (held: Position['claim'], intent: Intent): boolean =>
  held?.linkId === intent.linkId ||
  (held?.action === 'close' && held.percent === undefined) ||
  (intent.action === 'keep' && held?.action === 'keep');

const isStale = (engine: Engine, position: Position): boolean =>
  engine.now() > (position.claim?.leaseUntil ?? Number.POSITIVE_INFINITY);
