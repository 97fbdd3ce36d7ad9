import type { Socket } from 'node:net';
import type { Account } from '../../account/account.ts';
import { toFault } from '../../fault.ts';
import { createAgents, type HttpAgents, NoRoute } from '../../http-agents.ts';
import { openTunnel } from './open-tunnel.ts';
import { type ProxyServer, parseProxy, toStackProxy } from './proxy.ts';

/** The fixed addresses of the stack, and what its proxies recognize its functions by. */
export interface StackEgress {
  addresses: readonly string[];
  /** Throws a Fault. */
  readCredential(): Promise<string>;
}

/** Agents whose connections all go through fixed addresses. They never connect directly, also if every address fails. */
export function createTunnelAgents(
  egress: NonNullable<Account['egress']>,
  stack: StackEgress | undefined,
): HttpAgents {
  const open = preferLast();
  if (egress !== 'stack') {
    const proxies = egress.map(parseProxy);
    return createAgents({}, (target) => open(proxies, target));
  }
  let credential: Promise<string> | undefined;
  return createAgents({}, async (target) => {
    if (stack === undefined)
      throw new NoRoute('the stack has none. Deploy it with --set egressProxies=1, or with 2');
    credential ??= stack.readCredential();
    try {
      const secret = await credential;
      const proxies = stack.addresses.map((address) => toStackProxy(address, secret));
      return await open(proxies, target);
    } catch (thrown) {
      // The credential may have been replaced, so the next request reads it again.
      credential = undefined;
      throw thrown instanceof NoRoute ? thrown : new NoRoute(toFault(thrown).message);
    }
  });
}

/** Begins with the address that worked last, so that a mute one delays a process once. */
function preferLast() {
  let last: string | undefined;
  return async (proxies: readonly ProxyServer[], target: string): Promise<Socket> => {
    const ordered = proxies.toSorted((a, b) => Number(b.name === last) - Number(a.name === last));
    const { socket, proxy } = await openTunnel(ordered, target);
    last = proxy.name;
    return socket;
  };
}
