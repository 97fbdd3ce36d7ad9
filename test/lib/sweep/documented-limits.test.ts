import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ExchangeId } from '../../../lib/account/account.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { venues } from '../../../lib/exchange/venues/venues.ts';
import { sweepLimits } from '../../../lib/sweep/limits.ts';

const page = await readFile(new URL('../../../docs/operations/sweep.md', import.meta.url), 'utf8');

const ids: Readonly<Record<string, ExchangeId>> = {
  ...{ 'Binance spot': 'binance', 'Binance USDⓈ-M': 'binanceusdm', 'Binance US': 'binanceus' },
  ...{ Bybit: 'bybit', OKX: 'okx', KuCoin: 'kucoin', Bitget: 'bitget', Kraken: 'kraken' },
  ...{ Coinbase: 'coinbase', Gate: 'gate' },
};

/** @returns the cells that the limits of an exchange give, for a perpetual if it has any. */
function toCells(id: ExchangeId): string[] {
  const { weight, weights } = sweepLimits.exchanges[id];
  const sum = (...calls: (keyof Exchange)[]) =>
    calls.reduce((total, call) => total + (weights.calls[call] ?? weights.other), 0);
  const read = sum('fetchOrder', 'fetchPrice');
  const snapshot = sum('fetchOrdersOfMarkets', 'fetchPrices');
  const run = weight.toLocaleString('en-US');
  if (!venues[id].kinds.has('perpetual')) return [run, String(snapshot), `${read} and more`, '–', '–'];
  const check = read + sum('fetchPosition', 'fetchTrades') + weights.causes;
  const attributed = sum('fetchFunding', 'fetchTrades', 'fetchPosition', 'fetchPosition');
  return [
    ...[run, String(snapshot + sum('fetchPositionsOfMarkets'))],
    ...[`${read + sum('fetchPosition')} and more`, `${check} and more`],
    `${sum('fetchFunding')} to ${attributed}`,
  ];
}

test.each(Object.entries(ids))('docs/operations/sweep.md has the weights of %s', (name, id) => {
  const line = page.split('\n').findLast((each) => each.startsWith(`| ${name} |`)) ?? '';
  const [run = '', ...others] = line.split(' | ').slice(1);
  const cells = [/[\d,]+/.exec(run)?.[0], ...others.map((cell) => cell.replace(/ \|$/, ''))];
  expect(cells).toEqual(toCells(id));
});
