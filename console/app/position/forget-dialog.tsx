import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { say } from '../control/toast.tsx';
import { marketName } from '../labels.ts';
import { pathOf } from '../route.ts';
import { armedCount } from './columns.tsx';

export function ForgetDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const links = armedCount(position);
  return (
    <ConfirmDialog
      title="Forget this position?"
      subtitle={`${marketName(position.symbol)} ${position.side}`}
      verb="Forget"
      onClose={onClose}
      task={async () => {
        await ask('positions.forget', { positionId: position.positionId });
        if (location.hash === pathOf.position(position.positionId)) location.hash = pathOf.positions;
        say('Forgotten. Nothing has changed at the exchange.');
      }}
    >
      <p>
        Ripcord removes it{links > 0 ? ` and revokes its ${links === 1 ? 'link' : `${links} links`}` : ''}.
        Nothing happens at the exchange: orders and position stay there as they are.
      </p>
    </ConfirmDialog>
  );
}
