import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { showToast } from '../control/toast.tsx';
import { LinkTitle } from './link-title.tsx';

export function RevokeDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Revoke this link?"
      subtitle={<LinkTitle link={link} />}
      verb="Revoke link"
      onClose={onClose}
      task={async () => {
        await call('links.revoke', { linkId: link.linkId });
        showToast('Link revoked.');
      }}
    >
      <p>The URL stops working immediately, including in alerts. The position doesn't change.</p>
    </ConfirmDialog>
  );
}
