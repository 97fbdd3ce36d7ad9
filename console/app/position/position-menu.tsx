import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Menu, type MenuItem } from '../control/menu.tsx';
import { type DialogName, openDialog } from '../dialog-name.ts';
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
  const opens = (kind: Extract<DialogName, { positionId: string }>['kind']) => () =>
    openDialog({ kind, positionId });
  const create: MenuItem = { name: 'Create Webhook Link', icon: 'link', run: opens('create-link') };
  const info: MenuItem = {
    name: 'Position Info',
    icon: 'search',
    run() {
      location.hash = paths.position(positionId);
    },
  };
  const exits: MenuItem = { name: 'Edit exits', icon: 'rows', run: opens('edit-exits') };
  const edit: MenuItem = { name: 'Label and tag…', run: opens('edit-position') };
  const resolve: MenuItem = { name: 'Resolve…', icon: 'alert', run: opens('resolve') };
  const close: MenuItem = {
    name: 'Close now…',
    icon: 'close',
    tone: 'danger',
    run: opens('close'),
  };
  const forget: MenuItem = {
    name: 'Forget…',
    tone: 'danger',
    run: opens('forget'),
  };
  if (hasEnded(position)) return [info, forget];
  // The close that is under way leaves nothing to close, and its position can't be forgotten.
  if (toDisplayStatus(position) === 'closing') return [create, info];
  const act = toDisplayStatus(position) === 'needs-attention' ? resolve : close;
  return [create, ...(canEditExits(position) ? [exits] : []), edit, info, act, forget];
}
