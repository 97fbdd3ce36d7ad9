import { expect, test } from 'vitest';
import type { Account } from '../../../../lib/account/account.ts';
import { checkAccount } from '../../../../lib/admin/accounts/check.ts';
import type { AdminServices } from '../../../../lib/admin/admin-services.ts';
import type { Exchange, Permissions } from '../../../../lib/exchange/exchange.ts';
import { Fault } from '../../../../lib/fault.ts';
import { accountsInMemory } from '../../../infra/local/accounts-in-memory.ts';

const addresses = ['192.0.2.7', '192.0.2.8'];
const permissions = { canTrade: true, canWithdraw: false, ipRestricted: true };

/** An exchange whose key is bound to these addresses, without a list of them. */
function exchangeFor(allowed: readonly string[], address: string): Exchange {
  const fetchPermissions = async (): Promise<Permissions> => {
    if (allowed.includes(address)) return permissions;
    throw new Fault('exchange-refused', 'Invalid API-key, IP, or permissions for action. (-2015)');
  };
  return { fetchPermissions } as unknown as Exchange;
}

async function check(allowed: readonly string[], egress?: Account['egress']) {
  const account: Account = { exchange: 'binance', apiKey: 'k', secret: 's', ...(egress && { egress }) };
  const services = {
    now: Date.now,
    exchanges: { of: async () => exchangeFor(allowed, '192.0.2.7') },
  } as unknown as AdminServices['services'];
  const connectThrough = async (address: string) => exchangeFor(allowed, address);
  const accounts = accountsInMemory({ main: account });
  return checkAccount(
    { services, accounts, fixedAddresses: { addresses, connectThrough } },
    { name: 'main' },
  );
}

test('A key is tried through each of the fixed addresses that its account uses', async () => {
  expect(await check(addresses, 'stack')).toMatchObject({ addresses, warnings: [] });
  const { warnings } = await check(['192.0.2.7'], 'stack');
  expect(warnings).toEqual([
    expect.stringMatching(/^Binance refuses the key from 192\.0\.2\.8\. At Binance/),
  ]);
});

test('The key of an account without fixed addresses is tried once', async () => {
  expect(await check(['192.0.2.7'])).toEqual({
    name: 'main',
    exchange: 'binance',
    ...permissions,
    warnings: [],
  });
});
