import { type Amount, decimal } from '../../amount.ts';
import type { MarketRules } from '../../exchange/exchange.ts';
import type { Link } from '../../link/link.ts';
import { describeScope } from '../../link/scope.ts';
import { warnOfClosing } from '../../link/watch-advice.ts';
import { inParallel } from '../../parallel.ts';
import type { Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import { findContradictions } from './contradictions.ts';
import { describeTarget } from './describe-target.ts';
import { matches } from './link-view.ts';

/** Where a stop is to be moved. */
type Stopped = Pick<Position, 'account' | 'exchange' | 'market' | 'side'>;

/**
 * @param market of a scope that has one.
 * @returns what the owner of a new link may not have meant. Prices that can't be read are left out.
 */
export async function findWarnings(
  services: Services,
  link: Link,
  market: MarketRules | undefined,
): Promise<string[]> {
  const unproven = warnOfClosing(link.watch, {}, services.now());
  if (link.scope === undefined && link.action !== 'stop') return unproven;
  const [others, open] = await Promise.all([
    services.store.listStandingLinks(),
    services.store.listPositions('open', () => undefined),
  ]);
  const contradictions = findContradictions(link, others, services.now());
  const inScope = open.filter((position) => matches(link, position));
  const prices = await findPriceWarnings(services, link, toStopped(link, inScope, market));
  return [...contradictions.map((other) => describeContradiction(link, other)), ...prices, ...unproven];
}

function describeContradiction(link: Link, other: Link): string {
  const name = other.label === undefined ? other.linkId : `${other.linkId} "${other.label}"`;
  return `Link ${name} is for ${describeScope(link)} too, and its target differs: ${describeTarget(other)}. This one: ${describeTarget(link)}. Revoke one of them, unless you want both.`;
}

/** One for each market and side; of a scope of one market also without a position. */
function toStopped(
  { scope, account, exchange }: Link,
  inScope: Position[],
  market: MarketRules | undefined,
): Stopped[] {
  if (
    scope !== undefined &&
    'symbol' in scope &&
    market !== undefined &&
    account !== undefined &&
    exchange !== undefined
  )
    return [{ account, exchange, market, side: scope.side }];
  const alike = Map.groupBy(inScope, ({ account, symbol, side }) => `${account} ${symbol} ${side}`);
  return [...alike.values()].flatMap(([first]) => first ?? []);
}

async function findPriceWarnings(services: Services, link: Link, stopped: Stopped[]): Promise<string[]> {
  const { stop, scope } = link;
  if (stop === undefined || !('price' in stop)) return [];
  const isWide = scope !== undefined && !('symbol' in scope);
  const wide = `The stop price ${stop.price} applies to ${describeScope(link)}, in all their markets.`;
  const passed = await inParallel(stopped, 5, (each) => warnIfPassed(services, each, stop.price));
  return [...(isWide ? [wide] : []), ...passed.filter((warning) => warning !== undefined)];
}

async function warnIfPassed(
  { exchanges }: Services,
  { account, exchange, market, side }: Stopped,
  price: Amount,
): Promise<string | undefined> {
  const mark = await exchanges
    .of(account, exchange)
    .then((connected) => connected.fetchPrice(market))
    .catch(() => undefined);
  if (mark === undefined) return undefined;
  const isPassed = side === 'long' ? decimal(price).gte(mark) : decimal(price).lte(mark);
  return isPassed
    ? `The stop price ${price} is beyond the current price ${mark} ${market.quote} of the ${side} in ${market.symbol} on ${account}: a hit now would be refused, because the stop would trigger at once.`
    : undefined;
}
