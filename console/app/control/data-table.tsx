import { Component, type ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { query, setQuery } from '../route.ts';
import { Icon } from './icon.tsx';

export interface Column<Row> {
  key: string;
  name: string;
  isNumeric?: boolean;
  cell(row: Row): ComponentChildren;
  /** Makes the column sortable. */
  compare?(a: Row, b: Row): number;
  /** What the cells show on further lines, to sort by. */
  also?: readonly SortKey<Row>[];
}

interface SortKey<Row> {
  key: string;
  name: string;
  compare(a: Row, b: Row): number;
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
  /** A row below a row, or null. @param span how many columns it has to span. */
  note?(row: Row, span: number): ComponentChildren;
  class?: string;
  /** Draws only so many rows, after sorting. */
  atMost?: number;
  /** Keeps the sorting in the view's address. Only one table of a view can. */
  keepsSorting?: boolean;
  /** Up to this width of the window, in pixels, each row is a card. By default only on a phone. */
  cardsUpTo?: number;
}

const phoneWidth = 740;

/** Rows that sort by their columns. In a narrow window each row is a card. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, rows, rowKey, menu, keepsSorting } = props;
  const { sorting, toggle } = useSorting(keepsSorting === true);
  const areCards = useMedia(`(max-width: ${props.cardsUpTo ?? phoneWidth}px)`);
  return (
    <div class="table-place">
      {keepsSorting === true && areCards ? (
        <SortChoice columns={columns} sorting={sorting} onToggle={toggle} />
      ) : null}
      <table class={`data ${areCards ? 'cards' : ''} ${props.class ?? ''}`}>
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

/** @returns whether a media query matches now. */
function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const update = () => setMatches(list.matches);
    update();
    list.addEventListener('change', update);
    return () => list.removeEventListener('change', update);
  }, [query]);
  return matches;
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
    toggle: (key) => set(text !== '' && text === key ? `-${key}` : key),
  };
}

function listSortKeys<Row>(columns: readonly Column<Row>[]): SortKey<Row>[] {
  return columns.flatMap(({ key, name, compare, also = [] }) =>
    compare === undefined ? also : [{ key, name, compare }, ...also],
  );
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const compare = listSortKeys(columns).find(({ key }) => key === sorting?.key)?.compare;
  if (compare === undefined) return rows;
  const factor = sorting?.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => compare(a, b) * factor);
}

interface SortProps<Row> {
  sorting: Sorting | undefined;
  onToggle: (key: string) => void;
  columns: readonly Column<Row>[];
}

/** Cards have no visible header to sort by. */
function SortChoice<Row>({ columns, sorting, onToggle }: SortProps<Row>) {
  const id = useId();
  return (
    <div class="sort-choice">
      <label for={id}>Sort by</label>
      <select
        id={id}
        value={sorting?.key ?? ''}
        onChange={({ currentTarget }) => onToggle(currentTarget.value)}
      >
        <option value="">newest</option>
        {listSortKeys(columns).map(({ key, name }) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
      {sorting === undefined ? null : (
        <button type="button" onClick={() => onToggle(sorting.key)}>
          <Icon name={sorting.direction === 'ascending' ? 'up' : 'down'} /> {sorting.direction}
        </button>
      )}
    </div>
  );
}

function HeaderCell<Row>({
  column,
  sorting,
  onToggle,
}: Omit<SortProps<Row>, 'columns'> & { column: Column<Row> }) {
  const keys = listSortKeys([column]);
  const className = column.isNumeric === true ? 'numeric' : '';
  if (keys.length === 0)
    return (
      <th scope="col" class={className}>
        {column.name}
      </th>
    );
  const isActive = keys.some(({ key }) => key === sorting?.key);
  return (
    <th scope="col" class={className} aria-sort={isActive ? sorting?.direction : 'none'}>
      {keys.map(({ key, name }) => (
        <SortButton
          key={key}
          name={name}
          direction={key === sorting?.key ? sorting.direction : undefined}
          onClick={() => onToggle(key)}
        />
      ))}
    </th>
  );
}

function SortButton({
  name,
  direction,
  onClick,
}: {
  name: string;
  direction: Sorting['direction'] | undefined;
  onClick: () => void;
}) {
  return (
    <button type="button" class="sort" aria-pressed={direction !== undefined} onClick={onClick}>
      {name}
      {direction === undefined ? null : <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
    </button>
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

function RowCells<Row>({ row, columns, isPast, menu, note }: TableRowProps<Row>) {
  const [first, ...rest] = columns;
  const cells = (
    <tr class={isPast?.(row) === true ? 'over' : ''}>
      <th scope="row">{first?.cell(row)}</th>
      {rest.map(({ key, name, isNumeric, cell, also = [] }) => (
        <td
          key={key}
          data-name={[name, ...also.map((each) => each.name)].join(' · ')}
          class={isNumeric === true ? 'numeric' : ''}
        >
          {cell(row)}
        </td>
      ))}
      {menu === undefined ? null : <td class="tools">{menu(row)}</td>}
    </tr>
  );
  if (note === undefined) return cells;
  return (
    <>
      {cells}
      {note(row, columns.length + (menu === undefined ? 0 : 1))}
    </>
  );
}
