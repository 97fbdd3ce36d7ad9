import { expect, test } from 'vitest';
import {
  isReachableByTradingView,
  onlyHere,
  paidPlan,
  toTradingViewSymbol,
} from '../../../lib/link/tradingview.ts';

test.each([
  'https://abc123.execute-api.eu-west-1.amazonaws.com/rc_0',
  'https://close.example.com/rc_0',
  'https://example.com/?next=http://127.0.0.1/',
  'https://128.0.0.1/rc_0',
  'https://1270.example.com/rc_0',
])('TradingView can reach %s.', (url) => {
  expect(isReachableByTradingView(url)).toBe(true);
});

test.each([
  'http://127.0.0.1:3000/rc_0',
  'https://127.0.0.1/rc_0',
  'http://127.1.2.3/rc_0',
  'http://localhost:3000/rc_0',
  'https://localhost/rc_0',
  'http://[::1]:3000/rc_0',
])('TradingView cannot reach %s.', (url) => {
  expect(isReachableByTradingView(url)).toBe(false);
});

test('The owner reads what keeps TradingView from a link, and what to do next.', () => {
  expect(onlyHere).toMatch(/^TradingView can't reach this link: .+ Deploy Ripcord to use links in alerts\.$/);
  // A line of its own says how to fire the link by hand, and that some links can't be.
  expect(onlyHere).not.toMatch(/browser/);
  expect(paidPlan).toMatch(/paid TradingView plan/);
});

test.each([
  ['BTC/USDT', 'binance', { symbol: 'BTCUSDT', exchange: 'Binance' }],
  ['BTC/USDT:USDT', 'binanceusdm', { symbol: 'BTCUSDT.P', exchange: 'Binance' }],
  ['ETH/USDC:USDC', 'bybit', { symbol: 'ETHUSDC.P', exchange: 'Bybit' }],
  ['ETH/USDT', 'mtgox', { symbol: 'ETHUSDT', exchange: 'mtgox' }],
])('In TradingView, %s of %s is found by its symbol and exchange.', (symbol, exchange, expected) => {
  expect(toTradingViewSymbol({ symbol, exchange })).toEqual(expected);
});
