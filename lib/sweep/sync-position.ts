import { type Amount, isPositive } from '../amount.ts';
import { describeExternalClose } from '../close/external-close.ts';
import { createOutcome } from '../close/outcomes.ts';
import { nextState } from '../close/transitions.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { appendNotice } from '../notify/notice-text.ts';
import { syncOrders } from '../position/order-sync.ts';
import type { Position } from '../position/position.ts';
import { computeTotals } from '../position/totals.ts';
import type { Services } from '../services.ts';

/** A price this old is saved again even when no order changed. */
const priceAgeMs = 5 * 60_000;

/** One read of an empty account may come too early. After this long a second one is believed. */
const flatMs = 45_000;

/**
 * Reads the position's orders and price and saves what is new, so that a hit seldom has to read. The save is refused,
 * without harm, when the position was claimed meanwhile. A perpetual that was closed outside Ripcord ends here: if it
 * stayed open, a late alert would close what the trader has opened since.
 */
export async function syncPosition(services: Services, position: Position): Promise<Position> {
  const exchange = await services.exchanges.of(position.account, position.exchange);
  const [orders, price] = await Promise.all([
    syncOrders(exchange, position, services.now()),
    // A price is for display and for judging dust: the rest is worth saving without one.
    exchange.fetchPrice(position.market).catch(() => undefined),
  ]);
  const now = services.now();
  const synced = { ...position, ...orders };
  const { flatSince, isFlat } = await readFlat(exchange, synced, now);
  const lastSync = toLastSync(position, now, price, flatSince);
  const current: Position = { ...synced, lastSync };
  const mayEnd = nextState(position.state, 'found-closed') !== undefined;
  if (mayEnd && isFlat && flatSince !== undefined && now - flatSince >= flatMs)
    return (await endExternally(services, exchange, current)) ?? current;
  if (!isWorthSaving(position, current)) return current;
  return (await services.store.savePosition(position, { ...orders, lastSync })) ?? current;
}

function isWorthSaving(before: Position, after: Position): boolean {
  const facts = ({ entryOrders, exitOrders, lastSync }: Position) =>
    JSON.stringify({ entryOrders, exitOrders, flatSince: lastSync?.flatSince });
  return (
    facts(before) !== facts(after) || (after.lastSync?.at ?? 0) - (before.lastSync?.at ?? 0) >= priceAgeMs
  );
}

/** What this read did not report stays as it was. `flatSince` goes as soon as the account is not flat. */
function toLastSync(
  { lastSync }: Position,
  now: number,
  price: Amount | undefined,
  flatSince: number | undefined,
): Position['lastSync'] {
  const known = price === undefined ? lastSync : { at: now, price };
  if (known === undefined) return flatSince === undefined ? undefined : { at: now, flatSince };
  const { flatSince: _, ...rest } = known;
  return flatSince === undefined ? rest : { ...rest, flatSince };
}

/** Whether this read found none of a perpetual that should be there, and since when that is so. */
async function readFlat(
  exchange: Exchange,
  position: Position,
  now: number,
): Promise<{ flatSince: number | undefined; isFlat: boolean }> {
  const { remaining, entriesDone } = computeTotals(position);
  if (position.market.kind !== 'perpetual' || !entriesDone || !isPositive(remaining))
    return { flatSince: undefined, isFlat: false };
  const before = position.lastSync?.flatSince;
  try {
    const held = await exchange.fetchPosition(position.market, position.side);
    return held.side === position.side
      ? { flatSince: undefined, isFlat: false }
      : { flatSince: before ?? now, isFlat: true };
  } catch {
    return { flatSince: before, isFlat: false };
  }
}

async function endExternally(
  services: Services,
  exchange: Exchange,
  position: Position,
): Promise<Position | undefined> {
  const state = nextState(position.state, 'found-closed');
  const { detail, at } = await describeExternalClose(exchange, position);
  // Without a trade that closed it, the read may have been of another account.
  if (state === undefined || at === undefined) return undefined;
  const live = position.exitOrders.filter(({ status }) => status === 'live');
  const ids = live.flatMap(({ orderId }) => orderId ?? []).join(', ');
  const exits = live.length === 0 ? '' : ` Exit orders ${ids} are still live. Cancel them at the exchange.`;
  const now = services.now();
  const outcome = createOutcome(
    position,
    { actor: 'sweep', action: 'close', claimedAt: now },
    { outcome: 'closed', closedBy: 'external', detail: detail + exits, remaining: '0', at },
    now,
  );
  const { entryOrders, exitOrders, lastSync } = position;
  const notices = appendNotice(position, { kind: 'settled', outcome, reopens: false }, now);
  const change = { entryOrders, exitOrders, lastSync, state, outcome, attentionReason: null, notices };
  return services.store.savePosition(position, change);
}
