import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Position, positionSchema } from '../position/position.ts';

/**
 * How a position lies in the table. What conditions look at and claims change is an attribute of its own; all else
 * is in `body`, JSON deflated, which keeps an item below 1 KB: one write unit for each write instead of two, and
 * less for the SDK to take apart in a hit. `ripcord positions get --json` shows what is in it.
 */
const ownAttributes = ['state', 'epoch', 'attempt', 'revision', 'claim', 'uses', 'failure'] as const;

export type PositionItem = Pick<Position, (typeof ownAttributes)[number]> & { body: Uint8Array };

/**
 * What bodies are made of, so that deflating need not spell the names: half of a small body. Never to be changed: it
 * takes the very same one to inflate what is in the table. A new one would need an attribute of another name.
 */
const dictionary = Buffer.from(
  [
    '"percent":,"by":"exit-order"outside"action":"keep"denials":,"filledBefore":","baseFee":"0."flatSince":"stated":{"amount":"',
    '","label":","hedged":true,"settle":"USDC"kind":"spot","bybit"binance"binanceusdm"short"type":"market"stop_loss_limit"stop_market"take_profit_market"',
    '{"noticeId":"ntc_"at":17"event":"part-closed"canceled"kept"failed"needs-attention"text":"Closed: /USDT:USDT long on ',
    '. Closed  with MARKET order  at  USDT.","delivered":{"email":{"state":"sent","at":17,"tries":1}}}]',
    '{"outcome":"closed","by":"link","action":"close","linkId":"lnk_","detail":"Closed ","entryFilled":"","closedAmount":"","averagePrice":"","left":"0","closeOrderId":"","closeClientOrderId":"rc","canceledEntryOrderIds":[],"canceledExitOrderIds":[],"claimedAt":"2026-","sentAt":"2026-","settledAt":"2026-"},"notices":[',
    '{"positionId":"pos_","account":"main","exchange":"binance","symbol":"BTC/USDT:USDT","side":"long","createdAt":"2026-T00:00:00.000Z","hedged":false,"market":{"symbol":"BTC/USDT:USDT","id":"BTCUSDT","kind":"perpetual","base":"BTC","quote":"USDT","settle":"USDT","amountStep":"0.001","amountMin":"0.001","priceStep":"0.01","costMin":"5","contractSize":"1","marketAmountStep":"0.001","marketAmountMin":"0.001","marketAmountMax":"9000000"},',
    '"entries":[{"orderId":"","clientOrderId":"","type":"limit","status":"done","amount":"","price":"","filled":"","average":"","at":17,"reduceOnly":false}],',
    '"exits":[{"orderId":"","clientOrderId":"","conditional":true,"type":"","status":"live","amount":"","triggerPrice":"","filled":"0","at":17,"reduceOnly":true,"canceledBy":17}],"seen":{"at":17,"price":""},"outcome":',
  ].join(''),
);

export function isOwnAttribute(name: string): boolean {
  return ownAttributes.some((own) => own === name);
}

export function bodyOf(position: Position): Uint8Array {
  const rest = Object.entries(position).filter(([name]) => !isOwnAttribute(name));
  return deflateRawSync(JSON.stringify(Object.fromEntries(rest)), { dictionary, level: 9 });
}

export function itemOf(position: Position): PositionItem {
  const { state, epoch, attempt, revision, claim, uses, failure } = position;
  return { state, epoch, attempt, revision, claim, uses, failure, body: bodyOf(position) };
}

/** @returns the JSON in a body. */
export function textOf(body: Uint8Array): string {
  return inflateRawSync(body, { dictionary }).toString();
}

/** Throws where the item is no position that this version can read. */
export function positionOf(item: Record<string, unknown>): Position {
  const { body } = item;
  // Before there were bodies everything was an attribute of its own; what is left of those counts no more.
  if (body === undefined) return positionSchema.parse(item);
  if (!(body instanceof Uint8Array)) throw new TypeError('the body of a position is not binary');
  const own = Object.fromEntries(Object.entries(item).filter(([name]) => isOwnAttribute(name)));
  return positionSchema.parse({ ...JSON.parse(textOf(body)), ...own });
}
