import { call, errorMessage } from './api.ts';
import { ConfirmDialog } from './control/confirm-dialog.tsx';
import { Icon } from './control/icon.tsx';
import { showToast } from './control/toast.tsx';
import { openDialog } from './dialog-name.ts';
import { paused, refresh } from './store.ts';

/** Pausing takes one click. Resuming asks first. */
export function KillSwitch() {
  return paused.value ? (
    <button type="button" class="kill on" onClick={() => openDialog({ kind: 'resume' })}>
      <Icon name="play" /> <span>Resume links</span>
    </button>
  ) : (
    <button type="button" class="kill" onClick={() => void pauseLinks()}>
      <Icon name="pause" /> <span>Pause all links</span>
    </button>
  );
}

async function pauseLinks(): Promise<void> {
  try {
    await call('links.pause', {});
    showToast('All links are paused. Hits are refused until you resume.');
  } catch (thrown) {
    showToast(errorMessage(thrown), 'bad');
  }
  await refresh();
}

export function ResumeDialog({ onClose }: { onClose: () => void }) {
  return (
    <ConfirmDialog
      title="Resume all links?"
      subtitle="Every armed link works again."
      verb="Resume links"
      onClose={onClose}
      task={async () => {
        await call('links.resume', {});
        showToast('Links resumed.');
      }}
    >
      <p>Alerts during the pause were refused and won't be replayed.</p>
    </ConfirmDialog>
  );
}
