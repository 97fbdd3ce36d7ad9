import { toFault } from '../../fault.ts';
import type { Link } from '../../link/link.ts';
import { computeTotals } from '../../position/totals.ts';
import { previewExcess } from '../../strategy/adopt-excess.ts';
import { describeWish } from '../../strategy/describe-wish.ts';
import type { Listed } from '../../strategy/list-in-scope.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandResult } from '../contract/commands.ts';

type Adopts = NonNullable<CommandResult<'links.preview'>['adopts']>;

/** @returns what a hit would adopt now, as the exchange shows it, and what becomes of it; undefined if the link adopts nothing. */
export async function previewAdoption(
  { services, linksHalted }: Pick<AdminServices, 'services' | 'linksHalted'>,
  link: Link,
  listed: Listed,
): Promise<Adopts | undefined> {
  const { adopt, account, exchange, scope } = link;
  if (adopt !== true || account === undefined || exchange === undefined) return undefined;
  if (scope === undefined || !('symbol' in scope)) return undefined;
  const { symbol, side } = scope;
  const place = { account, symbol, side };
  if (linksHalted === true) return notKnown(place, 'The exchange is not read while links are halted.');
  try {
    const position = await previewExcess(services, { ...place, exchange }, listed);
    if (position === undefined)
      return {
        ...place,
        fires: false,
        would: "adopts nothing; the exchange shows nothing beyond Ripcord's own positions.",
      };
    const amount = computeTotals(position).remaining;
    const adopted = `adopts ${amount} ${position.market.base}`;
    // The message "flat" acts only on what is followed already.
    if (link.follows !== undefined)
      return { ...place, amount, fires: false, would: `${adopted} at the next message "${side}".` };
    const { fires, would } = describeWish(link, position);
    return { ...place, amount, fires, would: `${adopted}, then ${would}` };
  } catch (thrown) {
    return notKnown(place, toFault(thrown).detail);
  }
}

function notKnown(place: Pick<Adopts, 'account' | 'symbol' | 'side'>, why: string): Adopts {
  return { ...place, fires: false, would: `it is not known what it adopts; ${why}` };
}
