import { signal } from '@preact/signals';

const toast = signal<{ id: number; text: string; tone: 'good' | 'bad' } | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;
/** Long enough to read two lines. */
const shownMs = 6_000;

/** Shows for a few seconds what an action did. */
export function showToast(text: string, tone: 'good' | 'bad' = 'good'): void {
  toast.value = { id: (toast.peek()?.id ?? 0) + 1, text, tone };
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.value = undefined;
  }, shownMs);
}

/** Above an open dialog, which is in the browser's top layer: what is shown there last is on top. */
function showOnTop(element: HTMLElement | null): void {
  element?.showPopover();
}

/** Stays in the page when empty, so that screen readers announce a change. */
export function Toast() {
  return (
    <div role="status">
      {toast.value === undefined ? null : (
        <p key={toast.value.id} popover="manual" ref={showOnTop} class={`notice ${toast.value.tone}`}>
          {toast.value.text}
        </p>
      )}
    </div>
  );
}
