import type { ComponentType } from 'preact';
import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { ask } from './api.ts';
import { ConfirmDialog } from './control/confirm-dialog.tsx';
import { say } from './control/toast.tsx';
import { type DialogName, dialog } from './dialog-name.ts';
import { CreateDialog } from './link/create-dialog.tsx';
import { HistoryDialog } from './link/history-dialog.tsx';
import { PreviewDialog } from './link/preview-dialog.tsx';
import { RevokeDialog } from './link/revoke-dialog.tsx';
import { AdoptDialog } from './position/adopt-dialog.tsx';
import { CloseDialog } from './position/close-dialog.tsx';
import { ForgetDialog } from './position/forget-dialog.tsx';
import { OpenDialog } from './position/open-dialog.tsx';
import { ResolveDialog } from './position/resolve-dialog.tsx';
import { links, positionOf } from './store.ts';

interface Closing {
  onClose: () => void;
}

function ResumeDialog({ onClose }: Closing) {
  return (
    <ConfirmDialog
      title="Resume all links?"
      subtitle="Every armed link acts again."
      verb="Resume links"
      onClose={onClose}
      task={async () => {
        await ask('links.resume', {});
        say('Links are live again.');
      }}
    >
      <p>Alerts that fired during the pause are not made up for: what they hit was refused.</p>
    </ConfirmDialog>
  );
}

const ofPosition: Record<
  Extract<DialogName, { positionId: string }>['kind'],
  ComponentType<{ position: PositionView } & Closing>
> = {
  'create-link': CreateDialog,
  close: CloseDialog,
  resolve: ResolveDialog,
  forget: ForgetDialog,
};
const ofLink: Record<
  Extract<DialogName, { linkId: string }>['kind'],
  ComponentType<{ link: LinkView } & Closing>
> = { preview: PreviewDialog, history: HistoryDialog, revoke: RevokeDialog };
const ofNothing: Record<
  Exclude<DialogName, { linkId: string } | { positionId: string }>['kind'],
  ComponentType<Closing>
> = { adopt: AdoptDialog, open: OpenDialog, resume: ResumeDialog };

function onClose() {
  dialog.value = undefined;
}

/** The one dialog that is open. */
export function Dialogs() {
  const name = dialog.value;
  if (name === undefined) return null;
  if ('positionId' in name) {
    const position = positionOf(name.positionId);
    const Named = ofPosition[name.kind];
    return position === undefined ? null : <Named position={position} onClose={onClose} />;
  }
  if ('linkId' in name) {
    const link = links.value.find(({ linkId }) => linkId === name.linkId);
    const Named = ofLink[name.kind];
    return link === undefined ? null : <Named link={link} onClose={onClose} />;
  }
  const Named = ofNothing[name.kind];
  return <Named onClose={onClose} />;
}
