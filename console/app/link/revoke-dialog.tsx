import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { showToast } from '../control/toast.tsx';
import { isStanding } from '../labels.ts';
import { LinkTitle } from './link-title.tsx';

export function RevokeDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Revoke this link?"
      subtitle={<LinkTitle link={link} />}
      verb="Revoke link"
      onClose={onClose}
      task={async () => {
        const { note } = await call('links.revoke', { linkId: link.linkId });
        showToast(note === undefined ? 'Link revoked.' : `Link revoked. ${note}`);
      }}
    >
      <p>
        The URL stops working immediately, including in alerts.{' '}
        {isStanding(link) ? 'Positions do' : 'The position does'}n't change.
      </p>
    </ConfirmDialog>
  );
}
