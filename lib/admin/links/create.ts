import { Fault } from '../../fault.ts';
import { type Link, toLinkId } from '../../link/link.ts';
import { hashToken, mintToken, toTokenEnd } from '../../link/token.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { requirePosition } from '../require.ts';
import { toLinkView } from './link-view.ts';

/** The token is in the result and nowhere else. Throws `position-not-found`, and `conflict` if it is closed. */
export async function createLink(
  { services, baseUrl }: Pick<AdminServices, 'services' | 'baseUrl'>,
  input: CommandInput<'links.create'>,
): Promise<CommandResult<'links.create'>> {
  const position = await requirePosition(services, input.positionId ?? '');
  if (isFinal(position.state))
    throw new Fault(
      'conflict',
      `${input.positionId} is ${position.state}, so a link could not act on it. No link was created.`,
    );
  const token = mintToken();
  const now = services.now();
  const link = toLink(input, position, token, now);
  await services.store.createLink(link);
  return { url: `${baseUrl.replace(/\/$/, '')}/l/${token}`, link: toLinkView(link, position, now) };
}

function toLink(input: CommandInput<'links.create'>, position: Position, token: string, now: number): Link {
  const tokenHash = hashToken(token);
  return {
    linkId: toLinkId(tokenHash),
    tokenHash,
    tokenEnd: toTokenEnd(token),
    positionId: input.positionId,
    account: position.account,
    exchange: position.exchange,
    action: input.action,
    label: input.label,
    createdAt: new Date(now).toISOString(),
    expiresAt: input.expiresIn === undefined ? undefined : toExpiry(now, input.expiresIn),
    // A resend of the same alert must not close another part.
    maxUses: input.maxUses ?? (input.percent === undefined ? undefined : 1),
    confirm: input.confirm ?? false,
    methods: input.methods ?? 'any',
    sources: input.sources ?? 'any',
    percent: input.percent,
  };
}

/** @param seconds from now. */
export function toExpiry(now: number, seconds: number): string {
  return new Date(now + seconds * 1_000).toISOString();
}
