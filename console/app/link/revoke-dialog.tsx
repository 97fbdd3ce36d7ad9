import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { say } from '../control/toast.tsx';
import { actions } from '../labels.ts';

export function RevokeDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Revoke this link?"
      subtitle={`${actions[link.action].title} · ${link.label ?? link.linkId}`}
      verb="Revoke link"
      onClose={onClose}
      task={async () => {
        await ask('links.revoke', { linkId: link.linkId });
        say('The link is revoked: it does nothing any more.');
      }}
    >
      <p>
        Its URL stops working at once and for good, also in alerts that have it. The position stays as it is.
      </p>
    </ConfirmDialog>
  );
}
