import type { Socket } from 'node:net';
import type { Account } from '../../account/account.ts';
import { toFault } from '../../fault.ts';
import { createAgents, type HttpAgents, NoRoute } from '../../http-agents.ts';
import { openTunnel } from './open-tunnel.ts';
import { parseProxy, toStackProxy } from './proxy.ts';

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
  let credential: Promise<string> | undefined;
  const dialThroughStack = async (target: string): Promise<Socket> => {
    if (stack === undefined)
      throw new NoRoute('the stack has none. Deploy it with --set egressProxies=1, or with 2');
    credential ??= stack.readCredential();
    try {
      const secret = await credential;
      return await openTunnel(
        stack.addresses.map((address) => toStackProxy(address, secret)),
        target,
      );
    } catch (thrown) {
      // The credential may have been replaced, so the next request reads it again.
      credential = undefined;
      throw thrown instanceof NoRoute ? thrown : new NoRoute(toFault(thrown).message);
    }
  };
  if (egress === 'stack') return createAgents({}, dialThroughStack);
  const proxies = egress.map(parseProxy);
  return createAgents({}, (target) => openTunnel(proxies, target));
}
