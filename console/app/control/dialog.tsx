import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** A modal dialog: the browser keeps the focus in it, and gives it back to where it was. */
export function Dialog({
  title,
  subtitle,
  wide,
  mayClose,
  onClose,
  children,
}: {
  title: string;
  subtitle?: ComponentChildren;
  wide?: boolean;
  /** Asked before Escape, the cross or the backdrop close it. */
  mayClose?: () => boolean;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const asked = () => mayClose?.() ?? true;
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide === true ? 'wide' : ''}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        if (!asked()) event.preventDefault();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current && asked()) dialog.current?.close();
      }}
    >
      <div class="dialog-box">
        <header>
          <div>
            <h2 id={id}>{title}</h2>
            {subtitle === undefined ? null : <p class="subtitle">{subtitle}</p>}
          </div>
          <button
            type="button"
            class="icon-button"
            aria-label="Close"
            onClick={() => {
              if (asked()) dialog.current?.close();
            }}
          >
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
