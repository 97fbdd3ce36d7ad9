import type { Exchange } from '../../../lib/exchange/exchange.ts';
import type { PositionLink } from '../../../lib/link/link.ts';
import { toLinkId } from '../../../lib/link/link.ts';
import type { RefusalCause } from '../../../lib/link/refusal.ts';
import { hashToken, mintToken } from '../../../lib/link/token.ts';
import type { Position } from '../../../lib/position/position.ts';
import type { Services } from '../../../lib/services.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { fire } from '../../../lib/trigger/fire.ts';
import { writeHit } from '../../../lib/trigger/record-hit.ts';
import { gaveUp, unreadable } from '../../../lib/trigger/refusals.ts';
import type { Request } from '../../../lib/trigger/request.ts';
import { notAdopted } from '../../../lib/trigger/standing/adopt-first.ts';
import { leftAlone } from '../../../lib/trigger/standing/left-alone.ts';
import { notRead } from '../../../lib/trigger/standing/not-read.ts';
import { linkAt } from '../link/example-link.ts';
import { channelsOf, fakeChannel, newTrader } from '../notify/trader.ts';
import { examplePosition, positionIdAt } from '../position/example-position.ts';

export const minuteMs = 60_000;
const past = '2025-10-09T08:00:00.000Z';

interface Staged {
  link?: Partial<PositionLink>;
  position?: Partial<Position>;
  request?: Partial<Request>;
  paused?: true;
  removed?: true;
}

/** Causes of a standing link alone. */
export type StandingCause = Extract<
  RefusalCause,
  | 'unreadable'
  | 'left-alone'
  | 'not-followed'
  | 'gave-up'
  | 'not-adopted'
  | 'stop-refused'
  | 'needs-attention'
  | 'not-read'
>;
type PositionCause = Exclude<RefusalCause, StandingCause>;

/** What makes a link for one position refuse an alert. */
export const refusals: Record<PositionCause, Staged> = {
  body: { request: { hasBody: true } },
  paused: { paused: true },
  'link-paused': { link: { pausedReason: 'Restored from a backup.' } },
  expired: { link: { expiresAt: past } },
  revoked: { link: { revokedAt: past } },
  'wrong-source': { link: { sources: 'tradingview' } },
  'used-up': { link: { maxUses: 1 } },
  removed: { removed: true },
};

/** How a standing link's hit is answered that has a record with this cause. The sweep gives up without an answer. */
const standingCodes: Record<StandingCause, number> = {
  unreadable: 400,
  'left-alone': 200,
  'not-followed': 200,
  'gave-up': 503,
  'not-adopted': 503,
  'stop-refused': 200,
  'needs-attention': 200,
  'not-read': 200,
};
const standingWhy: Record<StandingCause, string> = {
  unreadable: unreadable.detail,
  'left-alone': leftAlone(examplePosition).detail,
  'not-followed':
    'BTC/USDT long is not followed yet: no message of its side has arrived since it was opened. It was left open.',
  'gave-up': gaveUp.detail,
  'not-adopted': notAdopted('The exchange did not answer in time.').detail,
  'stop-refused':
    'The new stop 61000 of a long is not below the current price 60000, so it would trigger at once.',
  'needs-attention': 'Needs your attention: An order is unknown.',
  'not-read': notRead(examplePosition.positionId).response.detail,
};
export const standingCauses = Object.keys(standingCodes) as StandingCause[];

/** An owner with one channel, whose links get alerts. */
export function newOwner() {
  const trader = newTrader();
  const channel = fakeChannel('telegram');
  const { table } = trader;
  let links = 0;
  let ids = 0;
  const working: Pick<Exchange, 'fetchPermissions' | 'openConnection'> = {
    fetchPermissions: async () => ({ canTrade: true, canWithdraw: false, ipRestricted: true }),
    openConnection: () => undefined,
  };
  const services: Services = {
    ...trader.services,
    exchanges: { of: async () => working as Exchange },
    randomId() {
      ids += 1;
      return String(ids).padStart(12, '0');
    },
  };
  return {
    ...trader,
    services,
    channel,
    /** Creates a position and a link. @returns how to hit it. */
    async stage(staged: Staged = {}) {
      links += 1;
      const token = mintToken();
      const tokenHash = hashToken(token);
      const positionId = positionIdAt(links);
      const linkId = toLinkId(tokenHash);
      await table.createLink(linkAt(1, { linkId, tokenHash, positionId, label: 'exit', ...staged.link }));
      const uses = staged.link?.maxUses === undefined ? {} : { [linkId]: staged.link.maxUses };
      const position = { ...examplePosition, positionId, uses, ...staged.position } as Position;
      if (staged.removed !== true) await table.createPosition(position);
      if (staged.paused === true) await table.setPaused(true);
      const hit = (request: Partial<Request> = {}) =>
        fire(services, {
          token,
          method: 'POST',
          sourceIp: '203.0.113.7',
          userAgent: undefined,
          hasBody: false,
          navigation: { userInitiated: false, doubt: 'unproven' },
          ...staged.request,
          ...request,
        });
      return { linkId, positionId, hit };
    },
    /** Records a hit of a standing link with this cause, as it is recorded when it happens. */
    async recordStanding(refusal: StandingCause) {
      links += 1;
      const { linkId, ...others } = linkAt(links, { label: 'exit' });
      const scope = { account: 'main', symbol: 'BTC/USDT', side: 'long' } as const;
      await table.createLink({ ...others, linkId, positionId: undefined, scope });
      const isSwept = refusal === 'gave-up' || refusal === 'not-adopted';
      const hit = {
        actor: isSwept ? 'sweep' : 'link',
        linkId,
        action: 'close',
        ...(isSwept ? {} : { method: 'POST' }),
        ...(refusal === 'unreadable' ? {} : { positionId: examplePosition.positionId }),
        refusal,
        decision: 'refused',
        why: standingWhy[refusal],
        status: standingCodes[refusal],
      } as const;
      await writeHit(services, { ...hit, requests: [] });
      return { linkId, id: refusal === 'unreadable' ? linkId : examplePosition.positionId };
    },
    /** Sweeps every minute. */
    async sweep(minutes = 1) {
      for (let minute = 0; minute < minutes; minute += 1) {
        trader.later(minuteMs);
        await watchAccounts(services, channelsOf(channel));
      }
    },
    async lastHit(positionId: string) {
      const [hit] = await table.listHits(positionId, 1);
      if (hit === undefined) throw new Error('No hit was recorded.');
      return { ...hit, resend: 0 };
    },
  };
}
