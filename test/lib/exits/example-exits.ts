import type { ExitPlan } from '../../../lib/position/exit-plan.ts';
import type { OrderRecord, Position } from '../../../lib/position/position.ts';
import { exampleOrder, examplePerpetual, examplePosition } from '../position/example-position.ts';

type Target = Partial<ExitPlan['takeProfits'][number]> & { price: string; percent: string };

/** @returns a plan with these targets and this stop, set before anything was closed. */
export function examplePlan({
  targets = [],
  stop,
  ...rest
}: { targets?: Target[]; stop?: string | NonNullable<ExitPlan['stopLoss']> } & Partial<ExitPlan>): ExitPlan {
  return {
    takeProfits: targets.map((target, index) => ({ rung: index + 1, ...target })),
    ...(stop === undefined ? {} : { stopLoss: typeof stop === 'string' ? { price: stop } : stop }),
    changedAt: 1_760_000_000_000,
    exited: '0',
    ...rest,
  };
}

/** A long perpetual of 1 BTC, bought at 60000, at a price of 60100, in steps of 0.001. */
export function exampleWith(plan: ExitPlan | undefined, differing: Partial<Position> = {}): Position {
  return {
    ...examplePosition,
    symbol: 'BTC/USDT:USDT',
    market: { ...examplePerpetual, amountStep: '0.001', amountMin: '0.001' },
    entryOrders: [{ ...exampleOrder, amount: '1', filled: '1', average: '60000', baseFee: undefined }],
    exitPlan: plan,
    ...differing,
  } as Position;
}

let orders = 100;

export function restingStop(differing: Partial<OrderRecord> = {}): OrderRecord {
  orders += 1;
  return {
    orderId: String(orders),
    type: 'stop_market',
    conditional: true,
    status: 'live',
    amount: '1',
    triggerPrice: '58000',
    filled: '0',
    isStop: true,
    ...differing,
  };
}

export function restingTarget(rung: number, differing: Partial<OrderRecord> = {}): OrderRecord {
  orders += 1;
  return {
    orderId: String(orders),
    type: 'limit',
    status: 'live',
    amount: '0.5',
    price: '65000',
    filled: '0',
    rung,
    ...differing,
  };
}

/** A close order of a link that closed a part. */
export function partClose(amount: string): OrderRecord {
  orders += 1;
  return { orderId: String(orders), type: 'market', status: 'done', amount, filled: amount };
}
