import type { ComponentType } from 'preact';
import type { LinkView, PositionView } from '../../lib/admin/contract/commands.ts';
import { type DialogName, dialog } from './dialog-name.ts';
import { ExitsDialog } from './exits/exits-dialog.tsx';
import { ResumeDialog } from './kill-switch.tsx';
import { ArmDialog } from './link/arm-dialog.tsx';
import { CreateDialog } from './link/create-dialog.tsx';
import { HistoryDialog } from './link/history-dialog.tsx';
import { PreviewDialog } from './link/preview-dialog.tsx';
import { RevokeDialog } from './link/revoke-dialog.tsx';
import { RevokeManyDialog } from './link/revoke-many-dialog.tsx';
import { UpdateDialog } from './link/update-dialog.tsx';
import { AddChannelDialog } from './notify/add-channel-dialog.tsx';
import { RemoveChannelDialog } from './notify/remove-channel-dialog.tsx';
import { AdoptDialog } from './position/adopt-dialog.tsx';
import { CloseDialog } from './position/close-dialog.tsx';
import { CloseManyDialog } from './position/close-many-dialog.tsx';
import { EditDialog } from './position/edit-dialog.tsx';
import { ForgetDialog } from './position/forget-dialog.tsx';
import { OpenDialog } from './position/open-dialog.tsx';
import { ResolveDialog } from './position/resolve-dialog.tsx';
import { findPosition, links } from './store.ts';
import { StrategyDialog } from './strategy/strategy-dialog.tsx';

interface Closable {
  onClose: () => void;
}

const positionDialogs: Record<
  Extract<DialogName, { positionId: string }>['kind'],
  ComponentType<{ position: PositionView } & Closable>
> = {
  'create-link': CreateDialog,
  'edit-exits': ExitsDialog,
  'edit-position': EditDialog,
  close: CloseDialog,
  resolve: ResolveDialog,
  forget: ForgetDialog,
};
const linkDialogs: Record<
  Extract<DialogName, { linkId: string }>['kind'],
  ComponentType<{ link: LinkView } & Closable>
> = {
  preview: PreviewDialog,
  history: HistoryDialog,
  update: UpdateDialog,
  arm: ArmDialog,
  revoke: RevokeDialog,
};
const otherDialogs: Record<
  Exclude<
    DialogName,
    | { linkId: string }
    | { positionId: string }
    | { linkIds: string[] }
    | { positionIds: string[] }
    | { channel: string }
  >['kind'],
  ComponentType<Closable>
> = {
  adopt: AdoptDialog,
  open: OpenDialog,
  resume: ResumeDialog,
  'add-channel': AddChannelDialog,
  'create-strategy-link': StrategyDialog,
};

function onClose() {
  dialog.value = undefined;
}

/** The open dialog, if any. It closes when its position or link is gone. */
export function Dialogs() {
  const name = dialog.value;
  if (name === undefined) return null;
  if ('positionId' in name) {
    const position = findPosition(name.positionId);
    const Named = positionDialogs[name.kind];
    return position === undefined ? null : <Named position={position} onClose={onClose} />;
  }
  if ('linkId' in name) {
    const link = links.value.find(({ linkId }) => linkId === name.linkId);
    const Named = linkDialogs[name.kind];
    return link === undefined ? null : <Named link={link} onClose={onClose} />;
  }
  if ('linkIds' in name) return <RevokeManyDialog linkIds={name.linkIds} onClose={onClose} />;
  if ('positionIds' in name) return <CloseManyDialog positionIds={name.positionIds} onClose={onClose} />;
  if ('channel' in name) return <RemoveChannelDialog channel={name.channel} onClose={onClose} />;
  const Named = otherDialogs[name.kind];
  return <Named onClose={onClose} />;
}
