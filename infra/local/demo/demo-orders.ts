import type { Order } from '../../simulator/core/model.ts';
import type { SimulatedExchange } from '../../simulator/core/simulated-exchange.ts';

/** A position of the demo, described by its orders. */
export interface DemoPosition {
  symbol: string;
  label: string;
  entryOrderIds: string[];
  exitOrderIds: string[];
}

type NewOrder = Omit<Parameters<SimulatedExchange['placeOrder']>[0], 'apiKey' | 'clientOrderId'>;

/**
 * Places the orders of the positions to adopt, unless an earlier start has placed them: client order ids identify them.
 * Prices are close to the simulated exchange's initial ones: BTC 60000, ETH 3000, SOL 150.
 */
export function placeDemoOrders(core: SimulatedExchange, apiKey: string): DemoPosition[] {
  const find = (clientOrderId: string): Order | undefined =>
    core.orders({ apiKey }).orders.find((order) => order.clientOrderId === clientOrderId);
  const place = (clientOrderId: string, order: NewOrder): Order => {
    if (find(clientOrderId) === undefined) core.placeOrder({ ...order, apiKey, clientOrderId });
    return requireOrder(find(clientOrderId), clientOrderId);
  };

  // Fills immediately, because its limit is above the market price.
  const btc = place('demo-btc-entry', limitBuy('BTCUSDT', '0.05', '60100'));
  if (find('demo-btc-take-profit') === undefined) {
    core.placeOco({
      apiKey,
      symbol: 'BTCUSDT',
      side: 'sell',
      // The entry's amount minus its fee of 0.1 %.
      amount: '0.04995',
      above: { type: 'limit_maker', price: '66000', clientOrderId: 'demo-btc-take-profit' },
      below: {
        type: 'stop_limit',
        triggerPrice: '55200',
        price: '55000',
        timeInForce: 'GTC',
        clientOrderId: 'demo-btc-stop',
      },
    });
  }
  const exits = ['demo-btc-take-profit', 'demo-btc-stop'].map((id) => requireOrder(find(id), id));

  const eth = place('demo-eth-entry', limitBuy('ETHUSDT', '0.5', '2700'));

  const sol = place('demo-sol-entry', limitBuy('SOLUSDT', '10', '142.5'));
  if (sol.filled === '0' && sol.status === 'new') core.fill({ orderId: sol.id, amount: '4' });

  return [
    toDemoPosition('BTC/USDT', 'Demo: filled, with take-profit and stop', [btc], exits),
    toDemoPosition('ETH/USDT', 'Demo: unfilled limit entry', [eth]),
    toDemoPosition('SOL/USDT', 'Demo: entry 40 % filled', [sol]),
  ];
}

/** Opens a short perpetual with exit orders that belongs to no position, to adopt in the console. */
export function openShortToAdopt(core: SimulatedExchange, apiKey: string): void {
  const { algoOrders } = core.orders({ apiKey });
  const exit = (clientOrderId: string, type: 'take_profit_market' | 'stop_market', stopPrice: string) => {
    if (algoOrders.some((order) => order.clientOrderId === clientOrderId)) return;
    const order = { market: 'usdm', symbol: 'ETHUSDT', side: 'buy', amount: '2', reduceOnly: true } as const;
    core.placeOrder({ ...order, apiKey, clientOrderId, type, stopPrice });
  };
  core.setPosition({ apiKey, symbol: 'ETHUSDT', amount: '-2', entryPrice: '3040' });
  exit('demo-short-take-profit', 'take_profit_market', '2850');
  exit('demo-short-stop', 'stop_market', '3150');
}

function limitBuy(symbol: string, amount: string, price: string): NewOrder {
  return {
    market: 'spot',
    symbol,
    side: 'buy',
    type: 'limit',
    timeInForce: 'GTC',
    amount,
    price,
  };
}

function requireOrder(order: Order | undefined, clientOrderId: string): Order {
  if (order === undefined)
    throw new Error(`The simulated exchange does not have the order ${clientOrderId}.`);
  return order;
}

function toDemoPosition(
  symbol: string,
  label: string,
  entries: readonly Order[],
  exits: readonly Order[] = [],
): DemoPosition {
  return {
    symbol,
    label,
    entryOrderIds: entries.map((order) => String(order.id)),
    exitOrderIds: exits.map((order) => String(order.id)),
  };
}
