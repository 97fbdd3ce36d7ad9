import { Component, type ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { query, setQuery } from '../route.ts';
import { Icon } from './icon.tsx';

export interface Column<Row> {
  key: string;
  name: string;
  isNumeric?: boolean;
  cell(row: Row): ComponentChildren;
  /** Makes the column sortable. */
  compare?(a: Row, b: Row): number;
}

interface Sorting {
  key: string;
  direction: 'ascending' | 'descending';
}

interface DataTableProps<Row> {
  /** The first column names the row. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey(row: Row): string | undefined;
  /** Rows of the past are drawn in gray. */
  isPast?(row: Row): boolean;
  /** The three-dot menu at the end of a row. */
  menu?(row: Row): ComponentChildren;
  class?: string;
  /** Draws only so many rows, after sorting. */
  atMost?: number;
  /** Keeps the sorting in the view's address. Only one table of a view can. */
  keepsSorting?: boolean;
}

/** Rows that sort by their columns. On a phone each row stacks into a card. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey, menu, keepsSorting } = props;
  const { sorting, toggle } = useSorting(keepsSorting === true);
  return (
    <div class="table-place">
      <table class={`data stacks ${props.class ?? ''}`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.key} column={column} sorting={sorting} onToggle={toggle} />
            ))}
            {menu === undefined ? null : (
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {sortRows(rows, columns, sorting)
            .slice(0, props.atMost)
            .map((row) => (
              <TableRow key={rowKey(row)} row={row} {...props} />
            ))}
        </tbody>
      </table>
    </div>
  );
}

/** In an address, a minus marks a descending order. */
function useSorting(isKept: boolean): { sorting: Sorting | undefined; toggle: (key: string) => void } {
  const [local, setLocal] = useState('');
  const text = isKept ? (query.value.get('sort') ?? '') : local;
  const set = isKept ? (next: string) => setQuery('sort', next) : setLocal;
  const sorting: Sorting = {
    key: text.replace('-', ''),
    direction: text.startsWith('-') ? 'descending' : 'ascending',
  };
  return {
    sorting: text === '' ? undefined : sorting,
    toggle: (key) => set(text === key ? `-${key}` : key),
  };
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const compare = columns.find(({ key }) => key === sorting?.key)?.compare;
  if (compare === undefined) return rows;
  const factor = sorting?.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => compare(a, b) * factor);
}

function HeaderCell<Row>({
  column: { key, name, isNumeric, compare },
  sorting,
  onToggle,
}: {
  column: Column<Row>;
  sorting: Sorting | undefined;
  onToggle: (key: string) => void;
}) {
  const className = isNumeric === true ? 'numeric' : '';
  if (compare === undefined)
    return (
      <th scope="col" class={className}>
        {name}
      </th>
    );
  const direction = sorting?.key === key ? sorting.direction : undefined;
  return (
    <th scope="col" class={className} aria-sort={direction ?? 'none'}>
      <button type="button" class="sort" onClick={() => onToggle(key)}>
        {name}
        {direction === undefined ? null : <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
      </button>
    </th>
  );
}

type TableRowProps<Row> = { row: Row } & DataTableProps<Row>;

/** Drawn again only with another row: prices change every second, and there may be hundreds of rows. */
class TableRow<Row> extends Component<TableRowProps<Row>> {
  override shouldComponentUpdate({ row, columns }: TableRowProps<Row>): boolean {
    return row !== this.props.row || columns !== this.props.columns;
  }

  override render() {
    return <RowCells {...this.props} />;
  }
}

function RowCells<Row>({ row, columns, isPast, menu }: TableRowProps<Row>) {
  const [first, ...rest] = columns;
  return (
    <tr class={isPast?.(row) === true ? 'over' : ''}>
      <th scope="row">{first?.cell(row)}</th>
      {rest.map(({ key, name, isNumeric, cell }) => (
        <td key={key} data-name={name} class={isNumeric === true ? 'numeric' : ''}>
          {cell(row)}
        </td>
      ))}
      {menu === undefined ? null : <td class="tools">{menu(row)}</td>}
    </tr>
  );
}
