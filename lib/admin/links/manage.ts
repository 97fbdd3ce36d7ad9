import { Fault } from '../../fault.ts';
import { isExpired, type Link, toLinkId } from '../../link/link.ts';
import { hashToken, mintToken } from '../../link/token.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Services } from '../../services.ts';
import type { CommandInput, LinkView } from '../contract/commands.ts';

/** Mints a link. The token is in the answer and nowhere else. Throws `position-not-found`, `conflict`. */
export async function createLink(
  services: Services,
  input: CommandInput<'links.create'>,
  baseUrl: string,
): Promise<{ url: string; link: LinkView }> {
  const position = await services.store.readPosition(input.positionId);
  if (position === undefined) throw unknownPosition(input.positionId);
  if (isFinal(position.state))
    throw new Fault(
      'conflict',
      `${input.positionId} is ${position.state} already: a link for it could do nothing.`,
    );
  const token = mintToken();
  const tokenHash = hashToken(token);
  const now = services.now();
  const link: Link = {
    linkId: toLinkId(tokenHash),
    tokenHash,
    positionId: input.positionId,
    account: position.account,
    exchange: position.exchange,
    action: input.action,
    label: input.label,
    createdAt: new Date(now).toISOString(),
    expiresAt:
      input.expiresIn === undefined ? undefined : new Date(now + input.expiresIn * 1_000).toISOString(),
    // A part is meant once: a resend must not close another part.
    maxUses: input.maxUses ?? (input.percent === undefined ? undefined : 1),
    confirm: input.confirm ?? false,
    methods: input.methods ?? 'any',
    sources: input.sources ?? 'any',
    percent: input.percent,
  };
  await services.store.createLink(link);
  return {
    url: `${baseUrl.replace(/\/$/, '')}/l/${token}`,
    link: linkViewOf(link, position, services.now()),
  };
}

/** Revokes for good; a second time changes nothing. Throws `link-not-found`. */
export async function revokeLink(services: Services, linkId: string): Promise<LinkView> {
  const link = await services.store.readLink(linkId);
  if (link === undefined) throw unknownLink(linkId);
  const revokedAt = link.revokedAt ?? new Date(services.now()).toISOString();
  await services.store.revokeLink(link, revokedAt);
  const position = await services.store.readPosition(link.positionId);
  return linkViewOf({ ...link, revokedAt }, position, services.now());
}

export function linkViewOf(link: Link, position: Position | undefined, now: number): LinkView {
  const { tokenHash, account, exchange, ...shown } = link;
  const uses = link.maxUses === undefined ? undefined : (position?.uses[link.linkId] ?? 0);
  const positionClosed = position !== undefined && isFinal(position.state);
  return { ...shown, state: stateOf(link, uses, now), positionClosed, uses };
}

function stateOf(link: Link, uses: number | undefined, now: number): LinkView['state'] {
  if (link.revokedAt !== undefined) return 'revoked';
  if (isExpired(link, now)) return 'expired';
  return link.maxUses !== undefined && (uses ?? 0) >= link.maxUses ? 'used-up' : 'armed';
}

export function unknownLink(linkId: string): Fault {
  return new Fault('link-not-found', `There is no link ${linkId}. List them with links.list.`);
}

export function unknownPosition(positionId: string): Fault {
  return new Fault(
    'position-not-found',
    `There is no position ${positionId}. List them with positions.list.`,
  );
}
