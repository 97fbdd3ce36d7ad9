import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { actionTitle, isStanding, marketName } from '../labels.ts';
import { scopeText } from './scope-text.ts';

/** @returns the end of a link's URL: "…a1B2". Links of earlier versions have only an id. */
export function urlEnd({ tokenEnd, linkId }: LinkView): string {
  return tokenEnd === undefined ? linkId : `…${tokenEnd}`;
}

/** @returns the positions of a link in a few words; nothing if its position was forgotten. */
export function linkSubject(link: LinkView): string | undefined {
  if (isStanding(link)) return scopeText(link.scope);
  return link.symbol === undefined ? undefined : `${marketName(link.symbol)} ${link.side}`;
}

/** What distinguishes a link from every other one, as the subtitle of a dialog about it. */
export function LinkTitle({ link }: { link: LinkView }) {
  const parts = [actionTitle(link), linkSubject(link), link.label, urlEnd(link)];
  return <>{parts.filter((part) => part !== undefined).join(' · ')}</>;
}
