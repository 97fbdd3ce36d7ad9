import { type Amount, sum } from '../../amount.ts';
import { Fault } from '../../fault.ts';
import { addFees } from '../../position/order-sync.ts';
import { isFinal, type Position } from '../../position/position.ts';
import { toPositionView } from '../../position/position-view.ts';
import { computeTotals, toOrderRecord } from '../../position/totals.ts';
import type { Services } from '../../services.ts';
import {
  fetchExchangePosition,
  newPosition,
  newPositionId,
  type Place,
  storeNewPosition,
} from '../../sync/new-position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
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
  const position = await readAdopted(services, input, place);
  await storeAdopted(services, position);
  // Only for information: if they can't be listed, the position is adopted nevertheless.
  const unadoptedOrders = await findUnadoptedOrders(services, position).catch(() => []);
  return {
    position: toPositionView(position),
    ...(unadoptedOrders.length === 0 ? {} : { unadoptedOrders }),
  };
}

async function readAdopted(services: Services, input: AdoptInput, place: Place): Promise<Position> {
  const { exchange, market } = place;
  const { entryIds, exitIds } = parseOrderIds(input);
  const [entries, exits, exchangePosition, price] = await Promise.all([
    Promise.all(entryIds.map((id) => findOrder(place, id, 'entry', input.side))),
    Promise.all(exitIds.map((id) => findOrder(place, id, 'exit', input.side))),
    fetchExchangePosition(place, input),
    exchange.fetchPrice(market).catch(() => undefined),
  ]);
  const declaredSize =
    entryIds.length > 0
      ? undefined
      : computeDeclaredSize(input, market, exchangePosition, await sumOtherPositions(services, input));
  const position = newPosition(services, input, place, {
    positionId: newPositionId(services),
    hedged: exchangePosition.hedged,
    declaredSize,
    entryOrders: entries.map((order) => toOrderRecord(order)),
    // A declared size does not include what an exit order filled before.
    exitOrders: exits.map((order) => ({
      ...toOrderRecord(order),
      ...(declaredSize === undefined ? {} : { filledBefore: order.filled }),
    })),
    price,
    exchangePosition,
  });
  return { ...position, entryOrders: await addFees(exchange, position, position.entryOrders) };
}

function parseOrderIds({ entryOrderIds = [], exitOrderIds = [] }: AdoptInput) {
  const both = entryOrderIds.find((id) => exitOrderIds.includes(id));
  if (both !== undefined)
    throw new Fault('invalid-input', `Order ${both} is given both as an entry order and as an exit order.`, {
      hint: { text: 'Give it as one of them.' },
    });
  return { entryIds: [...new Set(entryOrderIds)], exitIds: [...new Set(exitOrderIds)] };
}

/** What other open positions own of the same exchange position. */
async function sumOtherPositions(
  { store }: Services,
  { account, symbol, side }: AdoptInput,
): Promise<Amount> {
  const positions = await store.listPositions('open');
  const others = positions.filter(
    (other) =>
      other.account === account && other.symbol === symbol && other.side === side && !isFinal(other.state),
  );
  return sum(others.map((other) => computeTotals(other).remaining));
}

async function storeAdopted(services: Services, position: Position): Promise<void> {
  await refuseOpenedEntries(services, position);
  await storeNewPosition(services, position, 'Adopt the position again.');
  try {
    // After the position, so that a reserved order always leads to a position.
    await reserveEntries(services, position);
  } catch (thrown) {
    await services.store.deletePosition(position.positionId);
    throw thrown;
  }
}
