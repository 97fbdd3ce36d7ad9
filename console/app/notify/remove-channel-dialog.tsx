import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { showToast } from '../control/toast.tsx';
import { loadChannels } from './channels.ts';

export function RemoveChannelDialog({ channel, onClose }: { channel: string; onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Remove this channel?"
      subtitle={channel}
      verb="Remove channel"
      onClose={onClose}
      task={async () => {
        await call('notify.remove', { name: channel });
        showToast('Channel removed.');
        await loadChannels();
      }}
    >
      <p>Within five minutes, Ripcord stops sending notices to it.</p>
      <p>The token or webhook itself stays valid. Revoke it where it was issued.</p>
    </ConfirmDialog>
  );
}
