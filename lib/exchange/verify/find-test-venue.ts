import { isGeneric, type StoredAccount } from '../../account/account.ts';
import { Fault } from '../../fault.ts';
import { exchangeName } from '../exchange-name.ts';
import { bingxPerpetuals } from './bingx-perpetuals.ts';
import { bitgetPerpetuals } from './bitget-perpetuals.ts';
import { isTestUrl } from './check-test-url.ts';
import { krakenFutures } from './kraken-futures.ts';
import type { TestVenue } from './test-venue.ts';

const testVenues: readonly TestVenue[] = [krakenFutures, bitgetPerpetuals, bingxPerpetuals];

/** Exchanges with something that only real orders could show: they have no test network. */
const untestable: Readonly<Record<string, { what: string; page: string }>> = {
  // The documentation names no other host than those of production.
  kucoin: { what: 'Its perpetuals', page: 'https://www.kucoin.com/docs-new/introduction' },
  // "POST /api/v3/order/test": a request is validated, and makes no order.
  mexc: {
    what: 'Its spot markets',
    page: 'https://mexcdevelop.github.io/apidocs/spot_v3_en/#test-new-order',
  },
};

/**
 * @returns the test network of an account. Throws a Fault, with nothing sent, if there is none, or if the account trades
 * with real money.
 */
export function findTestVenue(name: string, account: StoredAccount): TestVenue {
  const { exchange, sandbox, baseUrl } = account;
  const venue = testVenues.find(({ id }) => id === exchange);
  if (venue === undefined) throw nothingToVerify(exchange);
  const again = `accounts add ${name} --exchange ${exchange}${isGeneric(exchange) ? ' --generic' : ''} --sandbox --replace`;
  if (sandbox !== true)
    throw new Fault(
      'account-invalid',
      `Account "${name}" is not on ${exchangeName(exchange)}'s test network. Nothing was sent.`,
      { hint: { text: 'Create a key on the test network, and store it under another name with --sandbox.' } },
    );
  if (baseUrl !== undefined && !isTestUrl(baseUrl, venue))
    throw new Fault(
      'account-invalid',
      `The base URL of account "${name}" is ${new URL(baseUrl).host}, which is not the test network ${venue.host}. Nothing was sent.`,
      { hint: { text: 'Remove the base URL:', command: `${again} --base-url none` } },
    );
  return venue;
}

function nothingToVerify(exchange: StoredAccount['exchange']): Fault {
  const name = exchangeName(exchange);
  const untested = untestable[exchange];
  if (untested !== undefined)
    return new Fault(
      'invalid-input',
      `${name} has no test network, so nothing can be verified. Nothing was sent.`,
      { hint: { text: `${untested.what} stay unproven. Its documentation: ${untested.page}` } },
    );
  if (isGeneric(exchange))
    return new Fault('invalid-input', `There are no experiments for ${name}. Nothing was sent.`, {
      hint: { text: 'It stays at most once, not proven: docs/reference/exchanges.md.' },
    });
  return new Fault(
    'invalid-input',
    `All that Ripcord trades at ${name} is proven, so there is nothing to verify. Nothing was sent.`,
    { hint: { text: 'How it is proven:', command: 'exchanges' } },
  );
}
