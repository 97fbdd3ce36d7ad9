import { useLayoutEffect, useRef } from 'preact/hooks';

interface Secondary {
  label: string;
  onClick: () => void;
  disabled?: boolean;
}

interface Primary {
  label: string;
  /** Shown while the task runs. */
  busyLabel?: string;
  tone?: 'danger' | 'primary';
  /** Absent: the button submits the form around it. */
  onClick?: () => void;
  disabled?: boolean;
  /** Takes the focus when it appears. */
  isFocused?: boolean;
}

/** The buttons at the end of a dialog: at most one that leaves or repeats, and the one that acts. */
export function DialogFooter({
  busy,
  secondary,
  primary,
}: {
  busy: boolean;
  secondary?: Secondary;
  primary: Primary;
}) {
  const { label, busyLabel = label, tone = 'primary', onClick, disabled, isFocused } = primary;
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (isFocused === true) button.current?.focus();
  }, [isFocused]);
  return (
    <footer>
      {secondary === undefined ? null : (
        <button type="button" disabled={secondary.disabled} onClick={secondary.onClick}>
          {secondary.label}
        </button>
      )}
      <button
        ref={button}
        type={onClick === undefined ? 'submit' : 'button'}
        class={tone}
        disabled={busy || disabled === true}
        onClick={onClick}
      >
        {busy ? busyLabel : label}
      </button>
    </footer>
  );
}

/** Of a form that changes what is stored. */
export function SaveFooter({ busy, onClose }: { busy: boolean; onClose: () => void }) {
  return (
    <DialogFooter
      busy={busy}
      secondary={{ label: 'Cancel', onClick: onClose }}
      primary={{ label: 'Save', busyLabel: 'Saving…' }}
    />
  );
}
