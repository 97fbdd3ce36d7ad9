import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface DialogProps {
  title: string;
  subtitle?: ComponentChildren;
  width?: 'wide' | 'ticket';
  /** Returns whether Escape, the cross or the backdrop may close the dialog now. */
  mayClose?: () => boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in it, and returns it afterwards. */
export function Dialog({ title, subtitle, width, mayClose, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => returnFocus(opener);
  }, []);
  const isFree = () => mayClose?.() ?? true;
  const closeIfFree = () => {
    if (isFree()) dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      class={width ?? ''}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        if (!isFree()) event.preventDefault();
      }}
      onMouseDown={(event) => {
        // The second click of a double click may miss a dialog that the first one made smaller.
        if (event.target === dialog.current && event.detail < 2) closeIfFree();
      }}
    >
      <div class="dialog-box">
        <DialogHeader id={id} title={title} subtitle={subtitle} onClose={closeIfFree} />
        {children}
      </div>
    </dialog>
  );
}

/** A dialog that a task ends is removed while it is open, and the browser then forgets the focus. */
function returnFocus(opener: HTMLElement | null): void {
  setTimeout(() => {
    if (document.activeElement === document.body) opener?.focus();
  });
}

function DialogHeader({
  id,
  title,
  subtitle,
  onClose,
}: Pick<DialogProps, 'title' | 'subtitle' | 'onClose'> & { id: string }) {
  return (
    <header>
      <div>
        <h2 id={id}>{title}</h2>
        {subtitle === undefined ? null : <p class="subtitle">{subtitle}</p>}
      </div>
      <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  );
}
