import type { Services } from '../services.ts';

/**
 * Loads credentials and the exchange's code, and opens a connection, while the claim is written. The claim's run
 * reports what fails here.
 */
export function preconnect(
  { exchanges }: Services,
  { account, exchange }: { account?: string | undefined; exchange?: string | undefined },
): void {
  if (account === undefined) return;
  exchanges
    .of(account, exchange)
    .then((opened) => opened.openConnection())
    .catch(() => undefined);
}
