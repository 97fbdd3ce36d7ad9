import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { actionTitle, marketName } from '../labels.ts';

/** @returns the end of a link's URL: "…a1B2". Links of earlier versions have only an id. */
export function urlEnd({ tokenEnd, linkId }: LinkView): string {
  return tokenEnd === undefined ? linkId : `…${tokenEnd}`;
}

/** What distinguishes a link from every other one, as the subtitle of a dialog about it. */
export function LinkTitle({ link }: { link: LinkView }) {
  const { symbol, side, label } = link;
  return (
    <>
      {[
        actionTitle(link),
        ...(symbol === undefined ? [] : [`${marketName(symbol)} ${side}`]),
        ...(label === undefined ? [] : [label]),
        urlEnd(link),
      ].join(' · ')}
    </>
  );
}
