import { useId, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  name: string;
  icon?: IconName;
  tone?: 'danger';
  run(): void;
}

/** Pixels between button and menu, and between menu and the window's edge. */
const gap = 4;

/** The three-dot menu. It is in the top layer, so that no table cuts it off. Escape or a click elsewhere closes it. */
export function Menu({ name, items }: { name: string; items: MenuItem[] }) {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const open = (): void => openMenu(menu.current, button.current);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={name}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={open}
        onKeyDown={(event) => openByKey(event, open)}
      >
        <Icon name="more" />
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        aria-label={name}
        onKeyDown={moveFocus}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {items.map((item) => (
          <MenuButton key={item.name} item={item} onChosen={() => menu.current?.hidePopover()} />
        ))}
      </div>
    </>
  );
}

function MenuButton({ item, onChosen }: { item: MenuItem; onChosen: () => void }) {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      class={item.tone ?? ''}
      onClick={() => {
        onChosen();
        item.run();
      }}
    >
      {item.icon === undefined ? <span class="icon" /> : <Icon name={item.icon} />}
      {item.name}
    </button>
  );
}

function listItems(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
}

function openMenu(menu: HTMLElement | null, button: HTMLElement | null): void {
  if (button === null || menu === null) return;
  menu.showPopover();
  placeMenu(menu, button);
  listItems(menu)[0]?.focus();
}

/** Below the button if the menu fits there, otherwise above it. */
function placeMenu(menu: HTMLElement, button: HTMLElement): void {
  const from = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const below = from.bottom + gap;
  const left = Math.min(from.right - offsetWidth, innerWidth - offsetWidth - gap);
  const fits = below + offsetHeight + gap <= innerHeight;
  menu.style.left = `${Math.max(gap, left)}px`;
  menu.style.top = `${fits ? below : Math.max(gap, from.top - gap - offsetHeight)}px`;
}

function openByKey(event: KeyboardEvent, open: () => void): void {
  if (event.key !== 'ArrowDown') return;
  event.preventDefault();
  open();
}

function moveFocus(event: KeyboardEvent): void {
  const menu = event.currentTarget as HTMLElement;
  const items = listItems(menu);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = {
    ArrowDown: (at + 1) % items.length,
    ArrowUp: (at - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (event.key === 'Tab') menu.hidePopover();
  if (next === undefined) return;
  event.preventDefault();
  items[next]?.focus();
}
