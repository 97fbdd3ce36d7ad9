import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { DataTable } from '../control/data-table.tsx';
import { OutcomeRow } from '../outcome-note.tsx';
import { columns } from './columns.tsx';
import { PositionMenu } from './position-menu.tsx';

export function PositionTable({ positions }: { positions: PositionView[] }) {
  return (
    <DataTable
      class="positions"
      cardsUpTo={999}
      keepsSorting
      columns={columns}
      rows={positions}
      rowKey={({ positionId }) => positionId}
      menu={(position) => <PositionMenu position={position} />}
      note={(position, span) => <OutcomeRow position={position} span={span} />}
    />
  );
}
