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
] as const;
export type RefusalCause = (typeof refusalCauses)[number];

/** A refused hit, as far as its texts need it. */
interface RefusedHit {
  linkId: string;
  sourceIp?: string | undefined;
}

interface RefusalText {
  /** What follows "Refused:". */
  word: string;
  /** What follows the link's name in a sentence. */
  reason(hit: RefusedHit): string;
  /** What the owner can do, in sentences. */
  advice(hit: RefusedHit): string;
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
};

interface DescribedHit {
  why: string;
  linkId?: string | undefined;
  sourceIp?: string | undefined;
  refusal?: RefusalCause | undefined;
  limitReached?: true | undefined;
}

/** @returns why a hit was refused and what its owner can do; of any other hit what was decided. */
export function describeWhy({ limitReached, ...hit }: DescribedHit): string {
  const further = limitReached === true ? ' Further ones were not recorded for 10 minutes.' : '';
  return `${describeCause(hit)}${further}`;
}

function describeCause({ why, refusal, linkId, sourceIp }: DescribedHit): string {
  if (refusal === undefined || linkId === undefined) return why;
  const advice = refusalTexts[refusal].advice({ linkId, sourceIp });
  return why.includes(advice) ? why : `${why} ${advice}`;
}

/** The owner is notified at most once in this time of the same link and cause. */
export const refusalQuietMs = 10 * 60_000;

/** One process records at most so many hits of the same link and result in that time. Further hits cause no write. */
export const maxRecordedAlike = 20;
