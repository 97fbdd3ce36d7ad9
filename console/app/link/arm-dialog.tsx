import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { showToast } from '../control/toast.tsx';
import { LinkTitle } from './link-title.tsx';

/** Ends a rehearsal or a pause since a restore, or starts a watch again that has acted. */
export function ArmDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const isWatch = link.state === 'armed';
  return (
    <ConfirmDialog
      title={isWatch ? 'Start the watch again?' : 'Arm this link?'}
      subtitle={<LinkTitle link={link} />}
      verb={isWatch ? 'Start watch' : 'Arm link'}
      tone="primary"
      onClose={onClose}
      task={async () => {
        await call('links.arm', { linkId: link.linkId });
        showToast(isWatch ? 'The watch waits for the next alert.' : 'Link armed. The next alert acts.');
      }}
    >
      <p>
        {isWatch
          ? 'It acts once more when alerts stop.'
          : 'From now on an alert acts at the exchange. What arrived before is not repeated.'}
      </p>
    </ConfirmDialog>
  );
}
