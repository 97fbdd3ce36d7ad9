import type { ComponentChildren } from 'preact';
import { Pill } from '../control/pill.tsx';
import type { BulkResult, BulkState } from './use-bulk.ts';

export interface BulkItem {
  id: string;
  name: ComponentChildren;
  /** What the action would do now. */
  effect?: string | undefined;
  /** Why the action has nothing to do any more: "Closed". */
  over?: string | undefined;
  /** Ripcord or the owner still has to do something, so that the result of the action stays news. */
  isPending?: boolean;
}

interface BulkListProps {
  items: readonly BulkItem[];
  selected: ReadonlySet<string>;
  states: ReadonlyMap<string, BulkState>;
  busy: boolean;
  onSelect: (selected: ReadonlySet<string>) => void;
}

/** What is left to do for an item after a request: by the owner, by Ripcord, or nothing. */
export function toRest({ over, isPending }: BulkItem, result: BulkResult): 'repeat' | 'wait' | 'nothing' {
  if (isFinal(result)) return 'nothing';
  if (over === undefined) return result.isDone ? 'wait' : 'repeat';
  return isPending === true ? 'wait' : 'nothing';
}

function isFinal({ isDone, isPending }: BulkResult): boolean {
  return isDone && isPending !== true;
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
  item,
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
  const { name, effect, over } = item;
  return (
    <li>
      <label class="tick">
        <input type="checkbox" checked={isSelected} disabled={disabled} onChange={onToggle} />
        <span>
          {name}
          {state === undefined ? <Before effect={effect} over={over} /> : <After state={state} item={item} />}
        </span>
      </label>
    </li>
  );
}

function Before({ effect, over }: Pick<BulkItem, 'effect' | 'over'>) {
  if (over !== undefined) return <span class="sub">{over}. Nothing is done to it.</span>;
  return effect === undefined ? null : <span class="sub">{effect}</span>;
}

function After({ state, item }: { state: BulkState; item: BulkItem }) {
  if (typeof state === 'string')
    return <span class="sub">{state === 'running' ? 'In progress…' : 'Waiting…'}</span>;
  if (!isFinal(state) && toRest(item, state) === 'nothing')
    return <span class="sub">{item.over} after that. Nothing is left to do.</span>;
  return (
    <span class="sub">
      <Pill tone={state.tone}>{state.word}</Pill> {state.detail}
    </span>
  );
}
