import { BlockList, isIPv6 } from 'node:net';
import type { Sources } from './link.ts';

/**
 * The addresses of TradingView's webhooks, from its help page. All TradingView users share them, so they keep other
 * senders out and prove nothing about which user sent an alert.
 */
const tradingViewAddresses = ['52.89.214.238', '34.212.75.30', '54.218.53.128', '52.32.178.7'];

/** @returns whether an address may fire a link with these sources; false for text that is no address. */
export function isAllowedSource(sources: Sources, address: string): boolean {
  if (sources === 'any') return true;
  const allowed = new BlockList();
  for (const range of sources === 'tradingview' ? tradingViewAddresses : sources) {
    const [network = '', prefix] = range.split('/');
    const family = toFamily(network);
    if (prefix === undefined) allowed.addAddress(network, family);
    else allowed.addSubnet(network, Number(prefix), family);
  }
  return allowed.check(address, toFamily(address));
}

function toFamily(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
