import {
  atMostOnce,
  exchangeIdSchema,
  isGeneric,
  type NewAccount,
  type VenueId,
  venueIdSchema,
} from '../../account/account.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { findRefusedExchange } from '../../exchange/refused-exchanges.ts';
import { Fault, type Hint } from '../../fault.ts';

function refuse(detail: string, hint: Hint): Fault {
  return new Fault('invalid-input', `${detail} Nothing was stored.`, { hint });
}

/** @returns the exchange of an account that is to be stored. Throws `invalid-input` if Ripcord can't or may not use it. */
export function requireExchange(name: string, { exchange, generic, egress }: NewAccount): VenueId {
  const command = `accounts add ${name} --exchange ${exchange}`;
  const { data: known } = venueIdSchema.safeParse(exchange);
  if (known === undefined) throw unknownExchange(exchange);
  if (!isGeneric(known)) {
    if (generic !== true) return known;
    throw refuse(`${exchangeName(known)} is proven, and no exchange of the generic mode.`, {
      text: 'Store the account without the option:',
      command,
    });
  }
  const label = exchangeName(known);
  if (generic !== true)
    throw refuse(
      `${label} is ${atMostOnce}: Ripcord sends a close once, and if its result is not known, it asks you.`,
      { text: 'To accept that for this account:', command: `${command} --generic` },
    );
  if (egress === 'stack')
    throw refuse(`The stack's fixed addresses connect only to proven exchanges, and not to ${label}.`, {
      text: 'Give proxies of your own as "egress", or none.',
    });
  return known;
}

function unknownExchange(exchange: string): Fault {
  const refused = findRefusedExchange(exchange);
  const proven = exchangeIdSchema.options.join(', ');
  if (refused === undefined)
    return refuse(`Ripcord has no exchange "${exchange}".`, {
      text: `Proven exchanges are ${proven}. docs/reference/exchanges.md lists the others.`,
    });
  return refuse(`Ripcord refuses ${exchange}. ${refused.reason}`, {
    text: `Use another exchange, such as ${proven}.`,
  });
}
