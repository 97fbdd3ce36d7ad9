import { openTunnel } from '../exchange/egress/open-tunnel.ts';
import { toStackProxy } from '../exchange/egress/proxy.ts';
import type { StackEgress } from '../exchange/egress/tunnel-agents.ts';
import { exchangeHosts } from '../exchange/venues/hosts.ts';
import { toFault } from '../fault.ts';
import { egressName, type Look } from '../health/account-health.ts';

/** One tunnel is enough: an exchange that is down must not make an address look dead. */
const exchangeTargets = [`${exchangeHosts.binance[0]}:443`, `${exchangeHosts.bybit[0]}:443`];

/** Opens a tunnel to an exchange through each of the stack's fixed addresses, as an order would. */
export async function probeEgress(
  stack: StackEgress,
  targets: readonly string[] = exchangeTargets,
): Promise<Look[]> {
  const credential = stack.readCredential();
  return Promise.all(
    stack.addresses.map(async (address) => {
      try {
        const proxy = toStackProxy(address, await credential);
        await Promise.any(
          targets.map(async (target) => (await openTunnel([proxy], target)).socket.destroy()),
        );
        return { account: egressName(address) };
      } catch (thrown) {
        const why = thrown instanceof AggregateError ? thrown.errors[0].message : toFault(thrown).message;
        return { account: egressName(address), failure: toFailure(address, why) };
      }
    }),
  );
}

function toFailure(address: string, why: string): Look['failure'] {
  return { code: 'egress-unreachable', why: `The fixed address ${address} does not work: ${why}.` };
}
