import type { CommandInput, LinkView } from '../admin/commands.ts';
import type { Engine } from '../engine.ts';
import { Fault } from '../fault.ts';
import { isFinal } from '../position/position.ts';
import { type Link, linkIdOf } from './link.ts';
import { hashToken, mintToken } from './token.ts';

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
  const link: Link = {
    linkId: linkIdOf(tokenHash),
    tokenHash,
    positionId: input.positionId,
    action: input.action,
    label: input.label,
    createdAt: new Date(engine.now()).toISOString(),
  };
  await engine.table.createLink(link);
  return { url: `${baseUrl.replace(/\/$/, '')}/l/${token}`, link: linkViewOf(link) };
};

/** Revokes for good; a second time changes nothing. Throws `unknown-link`. */
export const revokeLink = async (engine: Engine, linkId: string): Promise<LinkView> => {
  const link = await engine.table.readLink(linkId);
  if (link === undefined)
    throw new Fault('unknown-link', `There is no link ${linkId}. List them with links.list.`);
  const revokedAt = link.revokedAt ?? new Date(engine.now()).toISOString();
  await engine.table.revokeLink(link, revokedAt);
  return linkViewOf({ ...link, revokedAt });
};

export const linkViewOf = (link: Link): LinkView => ({
  linkId: link.linkId,
  positionId: link.positionId,
  action: link.action,
  label: link.label,
  createdAt: link.createdAt,
  state: link.revokedAt === undefined ? 'armed' : 'revoked',
  revokedAt: link.revokedAt,
});

export const unknownPosition = (positionId: string): Fault =>
  new Fault('unknown-position', `There is no position ${positionId}. List them with positions.list.`);
