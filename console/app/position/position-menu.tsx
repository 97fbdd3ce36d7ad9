import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Menu, type MenuItem } from '../control/menu.tsx';
import { openDialog } from '../dialog-name.ts';
import { canEditExits, hasEnded, marketName, toDisplayStatus } from '../labels.ts';
import { paths } from '../route.ts';

/** The three dots of a position, the same in every place that shows one. */
export function PositionMenu({ position, place }: { position: PositionView; place?: 'position-info' }) {
  return (
    <Menu
      name={`Actions for ${marketName(position.symbol)} ${position.side}`}
      items={toItems(position).filter(({ name }) => name !== 'Position Info' || place !== 'position-info')}
    />
  );
}

function toItems(position: PositionView): MenuItem[] {
  const { positionId } = position;
  const create: MenuItem = {
    name: 'Create Webhook Link',
    icon: 'link',
    run: () => openDialog({ kind: 'create-link', positionId }),
  };
  const info: MenuItem = {
    name: 'Position Info',
    icon: 'search',
    run() {
      location.hash = paths.position(positionId);
    },
  };
  const exits: MenuItem = {
    name: 'Edit exits',
    icon: 'rows',
    run: () => openDialog({ kind: 'edit-exits', positionId }),
  };
  const resolve: MenuItem = {
    name: 'Resolve…',
    icon: 'alert',
    run: () => openDialog({ kind: 'resolve', positionId }),
  };
  const close: MenuItem = {
    name: 'Close now…',
    icon: 'close',
    tone: 'danger',
    run: () => openDialog({ kind: 'close', positionId }),
  };
  const forget: MenuItem = {
    name: 'Forget…',
    tone: 'danger',
    run: () => openDialog({ kind: 'forget', positionId }),
  };
  if (hasEnded(position)) return [info, forget];
  const act = toDisplayStatus(position) === 'needs-attention' ? resolve : close;
  return [create, ...(canEditExits(position) ? [exits] : []), info, act, forget];
}
