import { toDecision } from '../../../console/app/link/hit-text.ts';
import { toJsonBody } from '../../../functions/http/public-response.ts';
import { listHistory } from '../../../lib/admin/history/list.ts';
import { Fault, toFault } from '../../../lib/fault.ts';
import type { Link } from '../../../lib/link/link.ts';
import { describeWhy } from '../../../lib/link/refusal.ts';
import { sweep } from '../../../lib/sweep/sweep.ts';
import { watchAccounts } from '../../../lib/sweep/watch-accounts.ts';
import { type HitResponse, responseForFault } from '../../../lib/trigger/response.ts';
import { cutOff, type StandingStage, setStandingStage } from '../../simulation/standing-stage.ts';
import { channelsOf, fakeChannel } from '../notify/trader.ts';

const minute = 60_000;
const past = '2020-01-01T00:00:00.000Z';

interface Case {
  link?: Partial<Link>;
  /** What comes before the hit. */
  before?: (stage: StandingStage) => Promise<unknown>;
  hit?: (stage: StandingStage) => Promise<HitResponse>;
  /** Until the notice is due. */
  minutes?: number;
}

function follow(stage: StandingStage, word: string, bar: number): Promise<HitResponse> {
  const time = new Date(stage.environment.time - 60 * minute + bar * minute).toISOString();
  return stage.hit({ message: `${word} ${time}`, hasBody: true });
}

const follows = 'market-position';
const unreadable = 'pos_standing0009';

/** Everything for which a hit of a standing link does not act, on one position or on all. */
export const cases: Record<string, Case> = {
  'a message on a link that takes none': { hit: (stage) => stage.hit({ hasBody: true }) },
  'all links are paused': { before: (stage) => stage.table.setPaused(true) },
  'paused since a restore': { link: { pausedReason: 'Restored from a backup.' } },
  expired: { link: { expiresAt: past } },
  revoked: { link: { revokedAt: past } },
  'wrong source': { link: { sources: ['203.0.113.7'] } },
  'a message that is no state': {
    link: { follows },
    hit: (stage) => stage.hit({ message: 'sell all', hasBody: true }),
  },
  'an older message': {
    link: { follows },
    before: (stage) => follow(stage, 'long', 5),
    hit: (stage) => follow(stage, 'flat', 1),
  },
  'a position that is not followed': { link: { follows }, hit: (stage) => follow(stage, 'flat', 1) },
  'a position newer than the alert': {
    async before(stage) {
      const { restore } = cutOff(stage);
      await stage.hit();
      restore();
      await stage.open();
    },
    minutes: 1,
  },
  'a position that needs attention': {
    before: async (stage) => {
      const [position] = await stage.table.listPositions('open', () => undefined);
      if (position === undefined) throw new Error('No position is open.');
      await stage.table.savePosition(position, {
        state: 'needs-attention',
        attentionReason: 'Two orders under one client order id.',
      });
    },
  },
  'a close order that the exchange refuses': {
    before: async (stage) => {
      const { of } = stage.services.exchanges;
      stage.services.exchanges.of = async (...input) => ({
        ...(await of(...input)),
        createMarketOrder: async () => ({
          kind: 'rejected',
          reason: 'other',
          code: '-1013',
          message: 'Filter failure.',
        }),
      });
    },
  },
  'a stop that would trigger at once': { link: { action: 'stop', stop: { price: '110' } } },
  'a part that was closed already': {
    link: { action: 'reduce', byPercent: '25' },
    before: (stage) => stage.hit(),
  },
  'an exchange that does not respond': { before: async (stage) => cutOff(stage), minutes: 9 },
  'positions that cannot be read': {
    before: async ({ table }) => {
      table.listPositions = async (_, onUnreadable) => {
        onUnreadable?.(unreadable);
        return [];
      };
    },
  },
  'a position that can be read beside one that cannot': {
    before: async ({ table }) => {
      const { listPositions } = table;
      table.listPositions = (state, onUnreadable) => {
        onUnreadable?.(unreadable);
        return listPositions(state);
      };
    },
  },
  'an adoption that is not known': {
    minutes: 7,
    link: {
      ...{ adopt: true, account: 'account01', exchange: 'binanceusdm' },
      scope: { account: 'account01', symbol: 'BTC/USDT', side: 'long' },
    },
    before: async (stage) => {
      const { of } = stage.services.exchanges;
      stage.services.exchanges.of = async (...input) => ({
        ...(await of(...input)),
        loadMarket: () => Promise.reject(new Fault('exchange-unreachable', 'Binance did not respond.')),
      });
    },
  },
  'a rehearsal': { link: { rehearsal: true } },
  'nothing open': { link: { scope: { tag: 'other' } } },
};

/** @returns the row of a case: how the hit was answered, what its owner was notified of, and what the console shows of it. */
export async function toRow(name: string): Promise<string> {
  const { link = {}, before, hit, minutes = 2 } = cases[name] ?? {};
  const stage = await setStandingStage(link);
  const channel = fakeChannel('telegram');
  const { environment, services, during } = stage;
  await stage.open();
  await during(async () => before?.(stage));
  const answer = await during(() =>
    (hit ?? ((fired) => fired.hit()))(stage).catch((thrown: unknown) => responseForFault(toFault(thrown))),
  );
  const { hits } = await during(() => listHistory({ services }, {}));
  const last = hits.find(({ refusal }) => refusal !== undefined) ?? hits[0];
  for (let count = 0; count < minutes; count += 1) {
    await during(() => environment.sleep(minute - (environment.time % minute)));
    await during(async () => {
      await watchAccounts(services, channelsOf(channel));
      await sweep(services, channelsOf(channel));
    });
  }
  const body = JSON.parse(JSON.stringify(toJsonBody(answer))) as Body;
  const shown = last === undefined ? 'none' : `${toDecision(last).word}. ${describeWhy(last)}`;
  const notices = channel.texts.filter((text) => !text.startsWith('Account'));
  const cells = [
    ...[name, String(answer.httpStatus), `\`${body.status}\`: ${body.message}`],
    ...[describePositions(body), notices.join(' / ') || 'none', shown],
  ];
  return `| ${cells.join(' | ')} |`
    .replaceAll(stage.link.linkId, 'LINK_ID')
    .replaceAll(/pos_standing00\d\d/g, 'POSITION_ID');
}

interface Body {
  status: string;
  message: string;
  positions?: { outcome: string; detail?: string; would?: string }[];
}

function describePositions({ positions = [] }: Body): string {
  const [first] = positions;
  return first === undefined ? 'none' : `\`${first.outcome}\`: ${first.detail ?? first.would}`;
}
