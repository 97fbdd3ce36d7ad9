import type { ComponentChildren } from 'preact';
import { Pill } from '../control/pill.tsx';
import type { BulkState } from './use-bulk.ts';

export interface BulkItem {
  id: string;
  name: ComponentChildren;
  /** What the action would do now. */
  effect?: string | undefined;
  /** Why the action has nothing to do any more: "Closed". */
  over?: string | undefined;
}

interface BulkListProps {
  items: readonly BulkItem[];
  selected: ReadonlySet<string>;
  states: ReadonlyMap<string, BulkState>;
  busy: boolean;
  onSelect: (selected: ReadonlySet<string>) => void;
}

/** The items with a checkbox each, what the action would do to it, and then what it did. */
export function BulkList({ items, selected, states, busy, onSelect }: BulkListProps) {
  const selectable = items.filter((item) => item.over === undefined && !isDone(states.get(item.id)));
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const chosen = selectable.filter(({ id }) => selected.has(id)).length;
  const isAll = chosen === selectable.length;
  return (
    <fieldset class="ticks bulk">
      <legend>
        {chosen} of {items.length} selected
        <button
          type="button"
          class="small"
          disabled={busy || selectable.length === 0}
          onClick={() => onSelect(new Set(isAll ? [] : selectable.map(({ id }) => id)))}
        >
          {isAll && selectable.length > 0 ? 'Select none' : 'Select all'}
        </button>
      </legend>
      <ul>
        {items.map((item) => (
          <BulkRow
            key={item.id}
            item={item}
            state={states.get(item.id)}
            isSelected={selectable.includes(item) && selected.has(item.id)}
            disabled={busy || !selectable.includes(item)}
            onToggle={() => toggle(item.id)}
          />
        ))}
      </ul>
    </fieldset>
  );
}

function isDone(state: BulkState | undefined): boolean {
  return typeof state === 'object' && state.isDone;
}

function BulkRow({
  item: { name, effect, over },
  state,
  isSelected,
  disabled,
  onToggle,
}: {
  item: BulkItem;
  state: BulkState | undefined;
  isSelected: boolean;
  disabled: boolean;
  onToggle: () => void;
}) {
  return (
    <li>
      <label class="tick">
        <input type="checkbox" checked={isSelected} disabled={disabled} onChange={onToggle} />
        <span>
          {name}
          {state === undefined ? <Before effect={effect} over={over} /> : <After state={state} />}
        </span>
      </label>
    </li>
  );
}

function Before({ effect, over }: Pick<BulkItem, 'effect' | 'over'>) {
  if (over !== undefined) return <span class="sub">{over}. Nothing is done to it.</span>;
  return effect === undefined ? null : <span class="sub">{effect}</span>;
}

function After({ state }: { state: BulkState }) {
  if (typeof state === 'string')
    return <span class="sub">{state === 'running' ? 'In progress…' : 'Waiting…'}</span>;
  return (
    <span class="sub">
      <Pill tone={state.tone}>{state.word}</Pill> {state.detail}
    </span>
  );
}
