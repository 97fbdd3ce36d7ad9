import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { BulkDialog } from '../bulk/bulk-dialog.tsx';
import type { BulkResult } from '../bulk/use-bulk.ts';
import { links } from '../store.ts';
import { LinkTitle } from './link-title.tsx';

/** Revokes links that were listed when it was opened, and no other. */
export function RevokeManyDialog({ linkIds, onClose }: { linkIds: string[]; onClose: () => void }) {
  const [atFirst] = useState(() => links.value.filter(({ linkId }) => linkIds.includes(linkId)));
  const isRevoked = (linkId: string) =>
    links.value.find((link) => link.linkId === linkId)?.state === 'revoked';
  return (
    <BulkDialog
      verb="revoke"
      noun="links"
      subtitle="Their URLs stop working immediately, including in alerts. Positions don't change."
      repeat="A repeat revokes the rest."
      items={atFirst.map((link) => ({
        id: link.linkId,
        name: <LinkTitle link={link} />,
        over: isRevoked(link.linkId) ? 'Revoked' : undefined,
      }))}
      act={revoke}
      onClose={onClose}
    />
  );
}

async function revoke(linkId: string): Promise<BulkResult> {
  const { note } = await call('links.revoke', { linkId });
  return { word: 'Revoked', tone: 'gain', detail: note ?? 'The URL no longer works.', isDone: true };
}
