import { z } from 'zod';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';
import {
  amount,
  apiKey,
  clientOrderId,
  fault,
  limits,
  market,
  nothing,
  ocoLeg,
  orderType,
  positionSide,
  side,
  signedAmount,
  symbol,
  timeInForce,
  wholeNumber,
} from './control-schemas.ts';

interface Operation {
  schema: z.ZodType;
  run(core: SimulatedExchange, input: unknown): unknown;
}

function operation<Input>(
  schema: z.ZodType<Input>,
  run: (core: SimulatedExchange, input: Input) => unknown,
): Operation {
  return { schema, run: (core, input) => run(core, schema.parse(input)) };
}

/** The simulated exchange's operations by name: `/sim/<name>`. */
export const operations: Record<string, Operation> = {
  addAccount: operation(
    z.strictObject({
      apiKey,
      secret: z.string().min(1),
      balances: z
        .strictObject({
          spot: z.record(z.string(), amount).optional(),
          usdm: z.record(z.string(), amount).optional(),
        })
        .optional(),
      hedged: z.boolean().optional(),
      permissions: z
        .strictObject({
          withdraw: z.boolean().optional(),
          trade: z.boolean().optional(),
          futures: z.boolean().optional(),
          ipRestricted: z.boolean().optional(),
        })
        .optional(),
      keyExpiresAt: z.number().optional(),
      feesInBnb: z.boolean().optional(),
    }),
    (core, input) => core.addAccount(input),
  ),
  addMarket: operation(
    z.strictObject({
      kind: market,
      symbol,
      base: z.string().min(1),
      quote: z.string().min(1),
      price: amount,
      tick: amount,
      lot: limits,
      marketLot: limits,
      minNotional: amount,
      feeRate: amount,
    }),
    (core, input) => core.addMarket(input),
  ),
  changeMarket: operation(
    z.strictObject({
      market,
      symbol,
      halted: z.boolean().optional(),
      lot: limits.optional(),
      marketLot: limits.optional(),
      minNotional: amount.optional(),
      minNotionalAppliesToMarket: z.boolean().optional(),
      maxNotional: amount.optional(),
      countsReduceOnlyOrders: z.boolean().optional(),
      opoAllowed: z.boolean().optional(),
      feeRate: amount.optional(),
      makerFeeRate: amount.optional(),
    }),
    (core, input) => core.changeMarket(input),
  ),
  setPrice: operation(z.strictObject({ market, symbol, price: amount }), (core, input) =>
    core.setPrice(input),
  ),
  setLiquidity: operation(z.strictObject({ market, symbol, amount: amount.nullable() }), (core, input) =>
    core.setLiquidity(input),
  ),
  fill: operation(z.strictObject({ orderId: wholeNumber, amount: amount.optional() }), (core, input) =>
    core.fill(input),
  ),
  placeOrder: operation(
    z.strictObject({
      apiKey,
      market,
      symbol,
      side,
      type: orderType,
      amount: amount.optional(),
      quoteAmount: amount.optional(),
      price: amount.optional(),
      stopPrice: amount.optional(),
      timeInForce: timeInForce.optional(),
      positionSide: positionSide.optional(),
      reduceOnly: z.boolean().optional(),
      closePosition: z.boolean().optional(),
      clientOrderId: clientOrderId.optional(),
    }),
    (core, input) => core.placeOrder(input),
  ),
  placeOco: operation(
    z.strictObject({
      apiKey,
      symbol,
      side,
      amount,
      clientOrderId: clientOrderId.optional(),
      above: ocoLeg,
      below: ocoLeg,
    }),
    (core, input) => core.placeOco(input),
  ),
  cancelOrder: operation(
    z.strictObject({
      orderId: wholeNumber,
      restriction: z.enum(['ONLY_NEW', 'ONLY_PARTIALLY_FILLED']).optional(),
    }),
    (core, input) => core.cancelOrder(input),
  ),
  setBalance: operation(z.strictObject({ apiKey, market, asset: z.string().min(1), amount }), (core, input) =>
    core.setBalance(input),
  ),
  setPosition: operation(
    z.strictObject({
      apiKey,
      symbol,
      positionSide: positionSide.optional(),
      amount: signedAmount,
      entryPrice: amount.optional(),
    }),
    (core, input) => core.setPosition(input),
  ),
  endPosition: operation(
    z.strictObject({
      apiKey,
      symbol,
      positionSide: positionSide.optional(),
      cause: z.enum(['liquidation', 'deleveraging', 'settlement', 'delivery', 'block-trade', 'transfer']),
      amount: amount.optional(),
      price: amount.optional(),
    }),
    (core, input) => core.endPosition(input),
  ),
  payFunding: operation(
    z.strictObject({ apiKey, symbol, positionSide: positionSide.optional(), fee: signedAmount }),
    (core, input) => core.payFunding(input),
  ),
  setFeeAsset: operation(z.strictObject({ apiKey, asset: z.string().min(1).nullable() }), (core, input) =>
    core.setFeeAsset(input),
  ),
  setHedged: operation(z.strictObject({ apiKey, hedged: z.boolean() }), (core, input) =>
    core.setHedged(input),
  ),
  addFault: operation(fault, (core, input) => core.addFault(input)),
  clearFaults: operation(nothing, (core) => core.clearFaults()),
  ledger: operation(
    z.strictObject({ since: wholeNumber.optional(), type: z.string().optional() }),
    (core, { since, type }) => {
      const types = type?.split(',');
      return core.ledger({ since }).filter((entry) => types?.includes(entry.type) ?? true);
    },
  ),
  orders: operation(z.strictObject({ apiKey: apiKey.optional(), symbol: symbol.optional() }), (core, input) =>
    core.orders(input),
  ),
  candles: operation(
    z.strictObject({ market, symbol, intervalMs: wholeNumber.min(60_000), limit: wholeNumber.max(1_000) }),
    (core, input) => core.candles(input),
  ),
  state: operation(nothing, (core) => core.describe()),
  tick: operation(z.strictObject({ spread: amount.optional() }), (core, input) => core.tick(input)),
  startTicker: operation(
    z.strictObject({ everyMs: z.number().int().positive(), spread: amount.optional() }),
    (core, input) => core.startTicker(input),
  ),
  stopTicker: operation(nothing, (core) => core.stopTicker()),
  setTriggerDelay: operation(z.strictObject({ ms: wholeNumber }), (core, input) =>
    core.setTriggerDelay(input),
  ),
  expireOrder: operation(z.strictObject({ orderId: wholeNumber }), (core, input) => core.expireOrder(input)),
  setEffectDelay: operation(z.strictObject({ ms: wholeNumber }), (core, input) => core.setEffectDelay(input)),
  runDue: operation(nothing, (core) => core.runDue()),
  reset: operation(nothing, (core) => core.reset()),
};
