/** Why a link refuses a hit that would have acted otherwise, such as a TradingView alert. Stored with the hit. */
export const refusalCauses = [
  'body',
  'paused',
  'link-paused',
  'expired',
  'revoked',
  'wrong-source',
  'used-up',
  'removed',
  'unreadable',
  'left-alone',
  'not-followed',
  'gave-up',
  'not-adopted',
  'stop-refused',
  'needs-attention',
  'not-read',
] as const;
export type RefusalCause = (typeof refusalCauses)[number];

/** A refused hit, or those of one cause, as far as their texts need them. */
interface RefusedHit {
  linkId: string;
  sourceIp?: string | undefined;
  /** What the link does. */
  action?: string | undefined;
  /** Of a standing link: the positions that it left open. */
  positionIds?: readonly string[];
}

interface RefusalText {
  /** What follows "Refused:". */
  word: string;
  /** What follows the link's name in a sentence. */
  reason(hit: RefusedHit): string;
  /** What the owner can do, in sentences. */
  advice(hit: RefusedHit): string;
  /** The link may have acted on other positions, so the hit as a whole was not refused. */
  concernsPart?: true;
}

/** So many are named: a panic link may match hundreds. */
const namedPositions = 3;

function namePositions({ positionIds = [] }: RefusedHit): string {
  const more = positionIds.length - namedPositions;
  const named = positionIds.slice(0, namedPositions).join(', ');
  if (positionIds.length === 0) return 'a position';
  return more > 0 ? `${named} and ${more} more` : named;
}

/** Only of a link that closes: the owner of another one wants the position to stay open. */
function positionAdvice({ action, positionIds = [] }: RefusedHit): string {
  const [positionId, ...others] = positionIds;
  const [which, id] = others.length === 0 ? ['it', positionId ?? 'POSITION'] : ['one', 'POSITION'];
  return action === 'close'
    ? `To close ${which}, use the console, or run: ripcord positions close ${id}`
    : `Check ${which}: ripcord positions get ${id}`;
}

const createAnother = 'Create another link, and put its URL into the alert.';

/** The notice, the console, the command line and docs/reference/link-responses.md state these texts. */
export const refusalTexts: Record<RefusalCause, RefusalText> = {
  body: {
    word: 'the alert has a message',
    reason: () => 'takes no message, but the request has one',
    advice: () => "Clear the alert's message in TradingView.",
  },
  paused: {
    word: 'all links are paused',
    reason: () => 'is paused, as all links are',
    advice: () => 'Resume all links in the console, or run: ripcord links resume',
  },
  'link-paused': {
    word: 'paused since a restore',
    reason: () => 'is paused since a restore',
    advice: ({ linkId }) => `To arm it, run: ripcord links arm ${linkId}`,
  },
  expired: {
    word: 'expired',
    reason: () => 'has expired',
    advice: ({ linkId }) =>
      `Extend it in the console, or run: ripcord links update ${linkId} --expires-in 7d`,
  },
  revoked: {
    word: 'revoked',
    reason: () => 'is revoked, permanently',
    advice: () => 'Remove the webhook from the alert, or replace its URL with that of another link.',
  },
  'wrong-source': {
    word: 'not an allowed source',
    reason: ({ sourceIp }) => `does not accept the address ${sourceIp ?? 'of the sender'}`,
    advice: ({ linkId }) =>
      `If the sender is yours, create a link that accepts its address. If not, run: ripcord links revoke ${linkId}`,
  },
  'used-up': {
    word: 'no uses left',
    reason: () => 'has reached its limit of uses',
    advice: () => createAnother,
  },
  removed: {
    word: 'position removed',
    reason: () => 'has no position, because it was removed',
    advice: () => 'Remove the webhook from the alert.',
  },
  unreadable: {
    word: "not a strategy's state",
    reason: () => 'takes only the messages long, short and flat, optionally followed by a time',
    advice: () =>
      'Use a script from the guide "Links for a strategy" in TradingView. A strategy\'s order-fills alert has another message.',
  },
  'left-alone': {
    word: 'a newer position was left open',
    reason: (hit) => `left ${namePositions(hit)} open: newer than the alert that Ripcord was still answering`,
    advice: positionAdvice,
    concernsPart: true,
  },
  'not-followed': {
    word: 'a position was not followed yet',
    reason: (hit) =>
      `left ${namePositions(hit)} open, because no message of its side has arrived since it was opened`,
    advice: positionAdvice,
    concernsPart: true,
  },
  'not-adopted': {
    word: 'what was opened elsewhere was not adopted',
    reason: () =>
      "could not adopt what the exchange may hold beyond Ripcord's own positions, and left that open",
    advice: () => "Check the account in the exchange's own app.",
    concernsPart: true,
  },
  'stop-refused': {
    word: 'the stop was not moved',
    reason: (hit) => `did not move the stop of ${namePositions(hit)}`,
    advice: ({ positionIds: [positionId = 'POSITION', ...others] = [] }) =>
      `Check which stop it has: ripcord positions get ${others.length === 0 ? positionId : 'POSITION'}`,
    concernsPart: true,
  },
  'needs-attention': {
    word: 'a position needs your attention',
    reason: (hit) => `left ${namePositions(hit)} as before, because Ripcord needs your attention there first`,
    advice: ({ positionIds: [positionId = 'POSITION', ...others] = [] }) =>
      `See what to do: ripcord positions get ${others.length === 0 ? positionId : 'POSITION'}`,
    concernsPart: true,
  },
  'not-read': {
    word: 'a position cannot be read',
    reason: (hit) => `did nothing for ${namePositions(hit)}, because this version of Ripcord can't read it`,
    advice: () => 'Check the exchange, and deploy the newer Ripcord again.',
    concernsPart: true,
  },
  'gave-up': {
    word: 'not finished in 5 minutes',
    reason: (hit) =>
      `could not act on ${namePositions(hit)} within 5 minutes, so Ripcord gave up on that attempt`,
    advice: positionAdvice,
    concernsPart: true,
  },
};

interface DescribedHit {
  why: string;
  linkId?: string | undefined;
  positionId?: string | undefined;
  action?: string | undefined;
  sourceIp?: string | undefined;
  refusal?: RefusalCause | undefined;
  limitReached?: true | undefined;
}

/** @returns why a hit was refused and what its owner can do; of any other hit what was decided. */
export function describeWhy({ limitReached, ...hit }: DescribedHit): string {
  const further = limitReached === true ? ' Further ones were not recorded for 10 minutes.' : '';
  return `${describeCause(hit)}${further}`;
}

function describeCause({ why, refusal, linkId, action, sourceIp, positionId }: DescribedHit): string {
  if (refusal === undefined || linkId === undefined) return why;
  const positionIds = positionId === undefined ? [] : [positionId];
  const advice = refusalTexts[refusal].advice({ linkId, action, sourceIp, positionIds });
  return why.includes(advice) ? why : `${why} ${advice}`;
}

/** The owner is notified at most once in this time of the same link and cause. */
export const refusalQuietMs = 10 * 60_000;

/** One process records at most so many hits of the same link and result in that time. Further hits cause no write. */
export const maxRecordedAlike = 20;
