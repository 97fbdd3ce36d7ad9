import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Icon } from '../control/icon.tsx';
import { openDialog } from '../dialog-name.ts';

/** Why a position needs attention, with the way to resolve it. */
export function AttentionBanner({ position, title }: { position: PositionView; title: string }) {
  const { positionId, attentionReason } = position;
  return (
    <div class="banner warn" role="alert">
      <Icon name="alert" />
      <p>
        <strong>{title}</strong> {attentionReason}
      </p>
      <button type="button" onClick={() => openDialog({ kind: 'resolve', positionId })}>
        Resolve…
      </button>
    </div>
  );
}
