import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { Icon } from '../control/icon.tsx';
import { columns } from './columns.tsx';
import { PositionMenu } from './position-menu.tsx';

interface Sorting {
  key: string;
  ascending: boolean;
}

/** Positions in rows, sorted by any column; on a phone each row stacks up to a card. */
export function PositionTable({ positions }: { positions: PositionView[] }) {
  const [sorting, setSorting] = useState<Sorting | undefined>(undefined);
  const by = columns.find(({ key }) => key === sorting?.key);
  const sorted =
    by === undefined
      ? positions
      : positions.toSorted((a, b) => by.order(a, b) * (sorting?.ascending === true ? 1 : -1));
  const toggle = (key: string) =>
    setSorting((now) => ({ key, ascending: now?.key === key ? !now.ascending : true }));
  return (
    <div class="table-place">
      <table class="data stacks positions">
        <thead>
          <tr>
            {columns.map(({ key, name, numeric }) => {
              const ascending = sorting?.key === key ? sorting.ascending : undefined;
              return (
                <th
                  key={key}
                  scope="col"
                  class={numeric === true ? 'numeric' : ''}
                  aria-sort={ascending === undefined ? 'none' : ascending ? 'ascending' : 'descending'}
                >
                  <button type="button" class="sort" onClick={() => toggle(key)}>
                    {name}
                    {ascending === undefined ? null : <Icon name={ascending ? 'up' : 'down'} />}
                  </button>
                </th>
              );
            })}
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((position) => (
            <tr key={position.positionId}>
              {columns.map(({ key, name, numeric, cell }, index) =>
                index === 0 ? (
                  <th key={key} scope="row">
                    {cell(position)}
                  </th>
                ) : (
                  <td key={key} data-name={name} class={numeric === true ? 'numeric' : ''}>
                    {cell(position)}
                  </td>
                ),
              )}
              <td class="tools">
                <PositionMenu position={position} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
