import { atMostOnce, isGeneric } from '../../account/account.ts';
import { describeMissingLimits, type ExchangePosition } from '../../exchange/exchange.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { Fault } from '../../fault.ts';
import { addFees } from '../../position/order-sync.ts';
import type { Position } from '../../position/position.ts';
import { toPositionView } from '../../position/position-view.ts';
import { toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import type { MarketSide } from '../../store/store.ts';
import { findSlot, type Slot, takeSlot } from '../../strategy/adopted-chain.ts';
import { nothingOwned } from '../../strategy/excess.ts';
import { readOwned } from '../../strategy/markers.ts';
import {
  fetchExchangePosition,
  newPosition,
  newPositionId,
  type Place,
  storeNewPosition,
} from '../../sync/new-position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { refuseGeneric } from '../generic-limits.ts';
import { findOrder } from './adopted-order.ts';
import { connectPlace } from './connect-place.ts';
import { computeDeclaredSize } from './declared-size.ts';
import { refuseOpenedEntries, reserveEntries } from './entry-reservations.ts';
import { findUnadoptedOrders } from './unadopted-orders.ts';

type AdoptInput = CommandInput<'positions.adopt'>;

/**
 * Makes a position from what exists at the exchange, where every order is looked up. Throws `invalid-input`,
 * `order-not-found`, `market-not-found`, `account-not-found`, and `conflict` if another position has an entry order.
 */
export async function adoptPosition(
  adminServices: Pick<AdminServices, 'services' | 'accounts'>,
  input: AdoptInput,
): Promise<CommandResult<'positions.adopt'>> {
  const { services } = adminServices;
  const place = await connectPlace(adminServices, input);
  const { entryIds, exitIds } = parseOrderIds(input);
  if (input.side === 'short' || entryIds.length + exitIds.length > 0)
    refuseGeneric(place.exchangeId, 'adopt');
  // An adoption by a link's hit at the same time gets the same id, so one of the two is refused.
  const slot =
    place.market.kind === 'spot' ? undefined : await findSlot(services, toMarketSide(input, place));
  const positionId = slot?.next ?? newPositionId(services);
  const position = await readAdopted(services, input, place, positionId, slot?.passed ?? []);
  await storeAdopted(services, position, slot);
  // Only for information: if they can't be listed, the position is adopted nevertheless.
  const unadoptedOrders = await findUnadoptedOrders(services, position).catch(() => []);
  return {
    position: toPositionView(position),
    ...(isGeneric(place.exchangeId) ? { warnings: toAdoptWarnings(place) } : {}),
    ...(unadoptedOrders.length === 0 ? {} : { unadoptedOrders }),
  };
}

/** What its owner has to know of a position at an exchange that is not proven. */
function toAdoptWarnings({ exchangeId, market }: Place): string[] {
  return [
    `${exchangeName(exchangeId)} is ${atMostOnce}. A close is sent once, and if its result is not known, Ripcord asks you.`,
    ...describeMissingLimits(market),
  ];
}

async function readAdopted(
  services: Services,
  input: AdoptInput,
  place: Place,
  positionId: string,
  ids: readonly string[],
): Promise<Position> {
  const { exchange, market } = place;
  const { entryIds, exitIds } = parseOrderIds(input);
  const [entries, exits, { held, declaredSize }, price] = await Promise.all([
    Promise.all(entryIds.map((id) => findOrder(place, id, 'entry', input.side))),
    Promise.all(exitIds.map((id) => findOrder(place, id, 'exit', input.side))),
    entryIds.length > 0
      ? fetchExchangePosition(place, input).then((held) => ({ held, declaredSize: undefined }))
      : readDeclared(services, input, place, ids),
    exchange.fetchPrice(market).catch(() => undefined),
  ]);
  const position = newPosition(services, input, place, {
    positionId,
    hedged: held.hedged,
    declaredSize,
    entryOrders: entries.map((order) => toOrderRecord(order)),
    // A declared size does not include what an exit order filled before.
    exitOrders: exits.map((order) => ({
      ...toOrderRecord(order),
      ...(declaredSize === undefined ? {} : { filledBefore: order.filled }),
    })),
    price,
    exchangePosition: held,
  });
  return { ...position, entryOrders: await addFees(exchange, position, position.entryOrders) };
}

/** The exchange position, and the part of it that is to be adopted. Other positions keep what they may own of it. */
async function readDeclared(
  services: Services,
  input: AdoptInput,
  place: Place,
  ids: readonly string[],
): Promise<{ held: ExchangePosition; declaredSize: Position['declaredSize'] }> {
  const { market } = place;
  const fetchHeld = () => fetchExchangePosition(place, input);
  if (market.kind === 'spot') {
    const held = await fetchHeld();
    return { held, declaredSize: computeDeclaredSize(input, market, held, nothingOwned) };
  }
  const listed = await listOpen(services);
  const { held, owned } = await readOwned(services, toMarketSide(input, place), { listed, ids }, fetchHeld);
  return { held, declaredSize: computeDeclaredSize(input, market, held, owned) };
}

/** Throws `newer-version` if one can't be read: it may own what is to be adopted. */
async function listOpen({ store }: Services): Promise<Position[]> {
  const unreadable: string[] = [];
  const listed = await store.listPositions('open', (positionId) => unreadable.push(positionId));
  if (unreadable.length === 0) return listed;
  throw new Fault(
    'newer-version',
    `Ripcord can't read ${unreadable.join(', ')}, which may own a part of this exchange position. Nothing was adopted.`,
    { hint: { text: 'Deploy the newer Ripcord again.' } },
  );
}

function toMarketSide({ account, side }: AdoptInput, { market }: Place): MarketSide {
  return { account, symbol: market.symbol, side };
}

function parseOrderIds({ entryOrderIds = [], exitOrderIds = [] }: AdoptInput) {
  const both = entryOrderIds.find((id) => exitOrderIds.includes(id));
  if (both !== undefined)
    throw new Fault('invalid-input', `Order ${both} is given both as an entry order and as an exit order.`, {
      hint: { text: 'Give it as one of them.' },
    });
  return { entryIds: [...new Set(entryOrderIds)], exitIds: [...new Set(exitOrderIds)] };
}

async function storeAdopted(services: Services, position: Position, slot: Slot | undefined): Promise<void> {
  await refuseOpenedEntries(services, position);
  await storeNewPosition(services, position, 'Adopt the position again.');
  if (slot !== undefined) await takeSlot(services, position, slot);
  try {
    // After the position, so that a reserved order always leads to a position.
    await reserveEntries(services, position);
  } catch (thrown) {
    await services.store.deletePosition(position.positionId);
    throw thrown;
  }
}
