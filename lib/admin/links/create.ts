import type { VenueId } from '../../account/account.ts';
import type { Exchange, MarketRules } from '../../exchange/exchange.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import { Fault } from '../../fault.ts';
import { isPositionLink } from '../../link/link.ts';
import { mintToken } from '../../link/token.ts';
import { isFinal } from '../../position/position.ts';
import { newLinkState } from '../../strategy/watch-view.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { findWarnings } from './link-warnings.ts';
import { type LinkPlace, newLink } from './new-link.ts';
import { readLinkView } from './read-facts.ts';

type Admin = Pick<AdminServices, 'services' | 'accounts' | 'baseUrl'>;

/**
 * The token is in the result and nowhere else. Throws `position-not-found`, `conflict` if the position is closed,
 * `account-not-found`, `market-not-found`, `exchange-unreachable`.
 */
export async function createLink(
  admin: Admin,
  input: CommandInput<'links.create'>,
): Promise<CommandResult<'links.create'>> {
  const { services, baseUrl } = admin;
  const { store, now } = services;
  const { place, market } = await findPlace(admin, input);
  const token = mintToken();
  const link = newLink(input, place, token, now());
  const warnings = await findWarnings(services, link, market);
  await store.createLink(link);
  // After the link, so that no state is without one. A hit in between begins with an empty state.
  if (!isPositionLink(link)) await store.saveLinkState(newLinkState(link, now()));
  return {
    url: `${baseUrl.replace(/\/$/, '')}/l/${token}`,
    link: await readLinkView(store, link, now()),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Looks up what the link is for: a mistyped account or market would make a link that never acts. */
export async function findPlace(
  { services, accounts }: Admin,
  { positionId, account, symbol, side, tag, adopt, action, watch }: CommandInput<'links.create'>,
): Promise<{ place: LinkPlace; market?: MarketRules }> {
  const movesStop = action === 'stop' || watch?.then === 'stop-break-even';
  if (positionId !== undefined) return { place: await findPosition(services, positionId, movesStop) };
  if (tag !== undefined) return { place: { scope: { tag } } };
  if (account === undefined) throw new Error('the contract requires a scope');
  const { exchange } = await accounts.read(account);
  const owner = { account, exchange };
  if (symbol === undefined || side === undefined) return { place: { ...owner, scope: { account } } };
  const connected = await services.exchanges.of(account);
  const market = await connected.loadMarket(symbol);
  if (movesStop) requireStops(connected, exchange, market);
  if (adopt === true && market.kind === 'spot')
    throw new Fault('invalid-input', `${market.symbol} is a spot market. No link was created.`, {
      hint: { text: 'Coins have no owner, so only perpetual positions can be adopted at a hit.' },
      issues: ['adopt: expected only for perpetuals'],
    });
  return { place: { ...owner, scope: { account, symbol: market.symbol, side } }, market };
}

/** Otherwise each hit would be refused. */
function requireStops({ exits }: Exchange, exchange: VenueId, { kind }: MarketRules): void {
  if (exits[kind]?.forms.has('stop-loss') === true) return;
  throw new Fault(
    'invalid-input',
    `Ripcord can't place a stop in ${kind} markets of ${exchangeName(exchange)} yet. No link was created.`,
    {
      hint: { text: 'Create a link that closes or reduces the position instead.' },
    },
  );
}

async function findPosition(
  services: Admin['services'],
  positionId: string,
  movesStop: boolean,
): Promise<LinkPlace> {
  const { state, account, exchange, market } = await requirePosition(services, positionId);
  if (isFinal(state))
    throw new Fault(
      'conflict',
      `${positionId} is ${state}, so a link could not act on it. No link was created.`,
    );
  if (movesStop) requireStops(await services.exchanges.of(account, exchange), exchange, market);
  return { positionId, account, exchange };
}
