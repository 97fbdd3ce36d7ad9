import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';

/** Throws `position-not-found`, `exchange-unreachable`, `exchange-refused`. */
export async function listCandles(
  { services }: Pick<AdminServices, 'services'>,
  { positionId, interval, limit = 300 }: CommandInput<'positions.candles'>,
): Promise<CommandResult<'positions.candles'>> {
  const position = await requirePosition(services, positionId);
  const exchange = await services.exchanges.of(position.account);
  return { candles: await exchange.fetchCandles(position.market, interval, limit) };
}
