import { z } from 'zod';
import type { SimulatedExchange } from '../core/simulated-exchange.ts';

const amount = z.string().regex(/^\d+(\.\d+)?$/, 'a decimal string such as "0.001"');
const signedAmount = z.string().regex(/^-?\d+(\.\d+)?$/, 'a decimal string such as "-0.001"');
const apiKey = z.string().regex(/^[\w-]+$/, 'letters, digits, _ and -');
const market = z.enum(['spot', 'usdm']);
const symbol = z.string().min(1);
const side = z.enum(['buy', 'sell']);
const orderType = z.enum([
  'limit',
  'market',
  'limit_maker',
  'stop_market',
  'stop_limit',
  'take_profit_market',
  'take_profit_limit',
]);
const positionSide = z.enum(['BOTH', 'LONG', 'SHORT']);
const timeInForce = z.enum(['GTC', 'IOC', 'FOK']);
const clientOrderId = z.string().min(1).max(36);
// Query strings contain numbers as text.
const wholeNumber = z.coerce.number().int().nonnegative();
const milliseconds = wholeNumber;
const httpStatus = z.number().int().min(200).max(599);
const limits = z.strictObject({ min: amount, max: amount, step: amount });

const fault = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('drop-before') }),
    z.object({ kind: z.literal('drop-after') }),
    z.object({ kind: z.literal('delay'), ms: milliseconds }),
    z.object({ kind: z.literal('stall-after') }),
    z.object({ kind: z.literal('truncate') }),
    z.object({
      kind: z.literal('html'),
      executed: z.boolean().optional(),
      status: httpStatus.optional(),
      body: z.string().optional(),
    }),
    z.object({
      kind: z.literal('status'),
      // Some venues respond to errors with 200.
      status: httpStatus,
      code: z.number().int().optional(),
      msg: z.string().optional(),
      retryAfter: wholeNumber.optional(),
    }),
    z.object({
      kind: z.literal('error-after'),
      code: z.number().int(),
      msg: z.string().optional(),
      status: httpStatus.optional(),
    }),
    z.object({ kind: z.literal('not-found') }),
    z.object({ kind: z.literal('late'), ms: milliseconds }),
    z.object({ kind: z.literal('fill-before-cancel'), amount: amount.optional() }),
    z.object({ kind: z.literal('bad-signature') }),
  ])
  .and(
    z.object({
      match: z.strictObject({
        method: z.string().optional(),
        path: z.string().optional(),
        market: market.optional(),
        nth: z.number().int().positive().optional(),
      }),
      times: z.number().int().positive().optional(),
    }),
  );

const ocoLeg = z.strictObject({
  type: orderType,
  price: amount.optional(),
  triggerPrice: amount.optional(),
  timeInForce: timeInForce.optional(),
  clientOrderId: clientOrderId.optional(),
});

const nothing = z.strictObject({});

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
  setEffectDelay: operation(z.strictObject({ ms: milliseconds }), (core, input) =>
    core.setEffectDelay(input),
  ),
  runDue: operation(nothing, (core) => core.runDue()),
  reset: operation(nothing, (core) => core.reset()),
};

/** Operations that change nothing. They also accept GET. */
const readOnly = new Set(['candles', 'ledger', 'orders', 'state']);

export interface ControlRequest {
  method: string;
  /** The operation: what follows `/sim/` in the path. */
  name: string;
  query: string;
  body: string;
}
export interface ControlResponse {
  status: number;
  body: unknown;
}

/** Runs `/sim/<name>`: JSON in, JSON out. Invalid input is a 400 with what was expected. */
export function handleControl(
  core: SimulatedExchange,
  { method, name, query, body }: ControlRequest,
): ControlResponse {
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (found === undefined) return { status: 404, body: { error: `Unknown operation: ${name}` } };
  if (method !== 'POST' && !(method === 'GET' && readOnly.has(name)))
    return { status: 405, body: { error: `${name} needs POST${readOnly.has(name) ? ' or GET' : ''}` } };
  try {
    const input: unknown = body === '' ? Object.fromEntries(new URLSearchParams(query)) : JSON.parse(body);
    return { status: 200, body: found.run(core, input) ?? { ok: true } };
  } catch (error) {
    return { status: 400, body: { error: formatError(error) } };
  }
}

function formatError(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : 'unknown error';
}
