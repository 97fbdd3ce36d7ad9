import { BlockList, isIPv6 } from 'node:net';
import type { Sources } from './link.ts';

/**
 * Where TradingView's webhooks come from, by its own help page. Every TradingView user shares them: they keep
 * others out and prove nothing about who sent an alert.
 */
const tradingViewAddresses = ['52.89.214.238', '34.212.75.30', '54.218.53.128', '52.32.178.7'];

/** @returns whether a source address may fire a link with these sources. */
export function isAllowedSource(sources: Sources, address: string): boolean {
  if (sources === 'any') return true;
  const allowed = new BlockList();
  for (const range of sources === 'tradingview' ? tradingViewAddresses : sources) {
    const [net = '', prefix] = range.split('/');
    const family = isIPv6(net) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) allowed.addAddress(net, family);
    else allowed.addSubnet(net, Number(prefix), family);
  }
  return allowed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
