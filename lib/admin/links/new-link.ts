import { type Link, toLinkId } from '../../link/link.ts';
import { hashToken, toTokenEnd } from '../../link/token.ts';
import type { CommandInput } from '../contract/commands.ts';

/** What a link is for. */
export type LinkPlace = Pick<Link, 'positionId' | 'scope' | 'account' | 'exchange'>;

/** @returns the link as it is stored. */
export function newLink(
  input: CommandInput<'links.create'>,
  place: LinkPlace,
  token: string,
  now: number,
): Link {
  const tokenHash = hashToken(token);
  const { adopt, rehearsal } = input;
  return {
    linkId: toLinkId(tokenHash),
    tokenHash,
    tokenEnd: toTokenEnd(token),
    ...place,
    action: input.action,
    toPercent: input.toPercent,
    byPercent: input.byPercent,
    stop: input.stop,
    follows: input.follows,
    adopt: adopt === true ? adopt : undefined,
    rehearsal: rehearsal === true ? rehearsal : undefined,
    watch: input.watch,
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
