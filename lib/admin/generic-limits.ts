import { atMostOnce, isGeneric } from '../account/account.ts';
import { exchangeName } from '../exchange/exchange-name.ts';
import { Fault } from '../fault.ts';

/** What the generic mode leaves to the owner. */
const limits = {
  open: [
    'Ripcord opens no positions there',
    'Buy at the exchange, then adopt the amount:',
    'positions adopt --side long --amount AMOUNT',
  ],
  adopt: [
    'a position there is a long with a declared amount, without orders',
    'Adopt the amount that you hold:',
    'positions adopt --side long --amount AMOUNT',
  ],
  exits: ['Ripcord places no exits there', 'Close the position by a link, or at the exchange.', undefined],
  forget: [
    'the result of its last close order is not known, and no other close is sent in its market until you state it',
    'State what that order sold, then forget the position:',
    'positions resolve POSITION --sold AMOUNT --apply',
  ],
} as const;

/** Throws `invalid-input` for what the generic mode can't do without a proof. */
export function refuseGeneric(exchange: string, what: keyof typeof limits): void {
  if (!isGeneric(exchange)) return;
  const [why, text, command] = limits[what];
  throw new Fault(
    'invalid-input',
    `${exchangeName(exchange)} is ${atMostOnce}, so ${why}. Nothing was changed.`,
    { hint: command === undefined ? { text } : { text, command } },
  );
}
