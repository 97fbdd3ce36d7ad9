import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Menu, type MenuItem } from '../control/menu.tsx';
import { openDialog } from '../dialog-name.ts';
import { isOver, marketName, stageOf } from '../labels.ts';
import { pathOf } from '../route.ts';

/** The three dots of a position, the same in every place that shows one. */
export function PositionMenu({ position, here }: { position: PositionView; here?: 'info' }) {
  const { positionId } = position;
  const over = isOver(position);
  const attention = stageOf(position) === 'attention';
  const items: MenuItem[] = [
    ...(over
      ? []
      : [
          {
            name: 'Create Webhook Link',
            icon: 'link' as const,
            run: () => openDialog({ kind: 'create-link', positionId }),
          },
        ]),
    ...(here === 'info'
      ? []
      : [
          {
            name: 'Position Info',
            icon: 'search' as const,
            run: () => {
              location.hash = pathOf.position(positionId);
            },
          },
        ]),
    ...(attention
      ? [{ name: 'Resolve…', icon: 'alert' as const, run: () => openDialog({ kind: 'resolve', positionId }) }]
      : []),
    ...(over || attention
      ? []
      : [
          {
            name: 'Close now…',
            icon: 'close' as const,
            danger: true,
            run: () => openDialog({ kind: 'close', positionId }),
          },
        ]),
    { name: 'Forget…', danger: true, run: () => openDialog({ kind: 'forget', positionId }) },
  ];
  return <Menu name={`Actions for ${marketName(position.symbol)} ${position.side}`} items={items} />;
}
