import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { showToast } from '../control/toast.tsx';
import { marketName } from '../labels.ts';
import { paths } from '../route.ts';
import { countArmedLinks } from './columns.tsx';

export function ForgetDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const { positionId, symbol, side } = position;
  return (
    <ConfirmDialog
      title="Forget this position?"
      subtitle={`${marketName(symbol)} ${side}`}
      verb="Forget"
      onClose={onClose}
      task={async () => {
        await call('positions.forget', { positionId });
        if (location.hash === paths.position(positionId)) location.hash = paths.positions;
        showToast('Position forgotten. Nothing changed at the exchange.');
      }}
    >
      <p>
        Ripcord removes the position{describeRevoked(countArmedLinks(position))}. Its orders and holdings at
        the exchange don't change.
      </p>
    </ConfirmDialog>
  );
}

function describeRevoked(links: number): string {
  if (links === 0) return '';
  return links === 1 ? ' and revokes its link' : ` and revokes its ${links} links`;
}
