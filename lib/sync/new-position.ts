import type { VenueId } from '../account/account.ts';
import type { Exchange, ExchangePosition, MarketRules, Side } from '../exchange/exchange.ts';
import { Fault } from '../fault.ts';
import type { OrderRecord, Position } from '../position/position.ts';
import type { Services } from '../services.ts';

/** What adopting and opening a position have in common. */
export interface NewPositionInput {
  account: string;
  side: Side;
  label?: string | undefined;
  tag?: string | undefined;
}

/** Where a new position is: an account's exchange, and a market there. */
export interface Place {
  exchangeId: VenueId;
  exchange: Exchange;
  market: MarketRules;
}

/** The exchange position of this market and side, and whether the account is in hedge mode. Spot has neither. */
export async function fetchExchangePosition(
  { exchange, market }: Place,
  { side }: Pick<NewPositionInput, 'side'>,
): Promise<ExchangePosition> {
  return market.kind === 'spot'
    ? { side: undefined, amount: '0', averagePrice: undefined, hedged: false }
    : exchange.fetchPosition(market, side);
}

/** 62 random bits, so that no forgotten position has used the id in a client order id. */
export function newPositionId(services: Services): string {
  return `pos_${services.randomId().slice(-12)}`;
}

/** What each way to make a position finds out for itself. */
interface NewPositionFacts {
  positionId: string;
  hedged: boolean;
  declaredSize?: Position['declaredSize'];
  entryOrders: OrderRecord[];
  exitOrders: OrderRecord[];
  price: string | undefined;
  /** Of a perpetual that is adopted. */
  exchangePosition?: ExchangePosition;
}

/** A position as it starts: open and never claimed. */
export function newPosition(
  services: Services,
  { account, side, label, tag }: NewPositionInput,
  { exchangeId, market }: Place,
  { price, exchangePosition: held, ...facts }: NewPositionFacts,
): Position {
  const now = services.now();
  const margin = held?.side === side ? { at: now, amount: held.amount, ...held.margin } : undefined;
  return {
    ...facts,
    account,
    side,
    label,
    tag,
    exchange: exchangeId,
    market,
    symbol: market.symbol,
    createdAt: new Date(now).toISOString(),
    lastSync: { at: now, price, margin },
    state: 'open',
    epoch: 0,
    attempt: 0,
    revision: 0,
    uses: {},
  };
}

/** Throws `conflict` if the id is taken, with `nextStep` as its hint. */
export async function storeNewPosition(
  { store }: Services,
  position: Position,
  nextStep: string,
): Promise<void> {
  if (!(await store.createPosition(position)))
    throw new Fault('conflict', 'The new position id is already in use. Nothing was created.', {
      hint: { text: nextStep },
    });
}
