import { Fault } from '../../fault.ts';
import { isExpired, type Link, linkIdOf } from '../../link/link.ts';
import { hashToken, mintToken } from '../../link/token.ts';
import { isFinal, type Position } from '../../position/position.ts';
import type { Engine } from '../../services.ts';
import type { CommandInput, LinkView } from '../contract/commands.ts';

/** Mints a link. The token is in the answer and nowhere else. Throws `unknown-position`, `conflict`. */
export const createLink = async (
  engine: Engine,
  input: CommandInput<'links.create'>,
  baseUrl: string,
): Promise<{ url: string; link: LinkView }> => {
  const position = await engine.table.readPosition(input.positionId);
  if (position === undefined) throw unknownPosition(input.positionId);
  if (isFinal(position.state))
    throw new Fault(
      'conflict',
      `${input.positionId} is ${position.state} already: a link for it could do nothing.`,
    );
  const token = mintToken();
  const tokenHash = hashToken(token);
  const now = engine.now();
  const link: Link = {
    linkId: linkIdOf(tokenHash),
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
  await engine.table.createLink(link);
  return { url: `${baseUrl.replace(/\/$/, '')}/l/${token}`, link: linkViewOf(link, position, engine.now()) };
};

/** Revokes for good; a second time changes nothing. Throws `unknown-link`. */
export const revokeLink = async (engine: Engine, linkId: string): Promise<LinkView> => {
  const link = await engine.table.readLink(linkId);
  if (link === undefined) throw unknownLink(linkId);
  const revokedAt = link.revokedAt ?? new Date(engine.now()).toISOString();
  await engine.table.revokeLink(link, revokedAt);
  const position = await engine.table.readPosition(link.positionId);
  return linkViewOf({ ...link, revokedAt }, position, engine.now());
};

export const linkViewOf = (link: Link, position: Position | undefined, now: number): LinkView => {
  const { tokenHash, account, exchange, ...shown } = link;
  const uses = link.maxUses === undefined ? undefined : (position?.uses[link.linkId] ?? 0);
  const spent = position !== undefined && isFinal(position.state);
  return { ...shown, state: stateOf(link, uses, now), spent, uses };
};

const stateOf = (link: Link, uses: number | undefined, now: number): LinkView['state'] => {
  if (link.revokedAt !== undefined) return 'revoked';
  if (isExpired(link, now)) return 'expired';
  return link.maxUses !== undefined && (uses ?? 0) >= link.maxUses ? 'used-up' : 'armed';
};

export const unknownLink = (linkId: string): Fault =>
  new Fault('unknown-link', `There is no link ${linkId}. List them with links.list.`);

export const unknownPosition = (positionId: string): Fault =>
  new Fault('unknown-position', `There is no position ${positionId}. List them with positions.list.`);
