import { useId, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  name: string;
  icon?: IconName;
  danger?: boolean;
  run(): void;
}

/** Between button and menu, and between menu and the window's edge. */
const gap = 4;

/** The three-dot menu. In the top layer, so that no table cuts it off; closes by itself at Escape or a click beside it. */
export function Menu({ name, items }: { name: string; items: MenuItem[] }) {
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const id = useId();
  const [isOpen, setOpen] = useState(false);

  const options = (): HTMLElement[] => [
    ...(menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []),
  ];
  const place = (): void => {
    if (button.current === null || menu.current === null) return;
    const from = button.current.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = menu.current;
    const below = from.bottom + gap;
    const fits = below + offsetHeight + gap <= innerHeight;
    menu.current.style.left = `${Math.max(gap, Math.min(from.right - offsetWidth, innerWidth - offsetWidth - gap))}px`;
    menu.current.style.top = `${fits ? below : Math.max(gap, from.top - gap - offsetHeight)}px`;
  };
  const open = (): void => {
    menu.current?.showPopover();
    place();
    options()[0]?.focus();
  };
  const move = (event: KeyboardEvent): void => {
    const all = options();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (event.key === 'Tab') menu.current?.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  };

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
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          open();
        }}
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
        onKeyDown={move}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {items.map((item) => (
          <button
            key={item.name}
            type="button"
            role="menuitem"
            tabIndex={-1}
            class={item.danger === true ? 'danger' : ''}
            onClick={() => {
              menu.current?.hidePopover();
              item.run();
            }}
          >
            {item.icon === undefined ? <span class="icon" /> : <Icon name={item.icon} />}
            {item.name}
          </button>
        ))}
      </div>
    </>
  );
}
