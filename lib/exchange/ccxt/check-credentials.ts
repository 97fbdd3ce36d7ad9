import type { Exchange as CcxtClient } from 'ccxt';
import type { VenueId } from '../../account/account.ts';
import { findKeyGuide } from '../../account/key-guide.ts';
import { Fault } from '../../fault.ts';
import { exchangeName } from '../exchange-name.ts';
import type { Venue } from '../venues/venue.ts';

/** Whether requests can be signed. Otherwise each would fail before it is sent, and be taken for one without a response. */
export function canSign(
  client: CcxtClient,
  { orderApi, signApi = orderApi, unproven }: Venue,
  secret: string,
): boolean {
  // How an order is signed is only known of a recorded one.
  if (unproven !== undefined) return true;
  try {
    Object.assign(Object.create(client), { secret }).sign('order', signApi as string, 'POST', {});
    return true;
  } catch {
    return false;
  }
}

export function invalidSecret({ id }: Venue): Fault {
  const name = exchangeName(id);
  const { secret } = findKeyGuide(id) ?? {};
  return new Fault('account-invalid', `The secret can't sign requests to ${name}. Nothing was sent.`, {
    hint: {
      text: `Store the account again, with the secret that ${name} shows for the key${secret === undefined ? '' : `: ${secret}`}.`,
    },
  });
}

export function missingPassword(id: VenueId): Fault {
  const name = exchangeName(id);
  return new Fault(
    'account-invalid',
    `The account has no password, which ${name} requires. Nothing was sent.`,
    {
      hint: { text: `Store the account again, with the passphrase of its API key as "password".` },
    },
  );
}

/** Which credentials an exchange of the generic mode needs is only known to ccxt. */
export function requireCredentials(client: CcxtClient, { id }: Venue): void {
  const credentials = client as unknown as Record<string, string | undefined>;
  const missing = Object.entries(client.requiredCredentials).flatMap(([name, isRequired]) =>
    isRequired && !credentials[name] ? [name] : [],
  );
  if (missing.length === 0) return;
  throw new Fault(
    'account-invalid',
    `The account has no ${missing.join(' and no ')}, which ${exchangeName(id)} requires. Nothing was sent.`,
    { hint: { text: 'Store the account again with it.' } },
  );
}
