import { signal } from '@preact/signals';

const toast = signal<{ text: string; tone: 'good' | 'bad' } | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;
/** Long enough to read two lines. */
const shownMs = 6_000;

/** Shows for a few seconds what an action did. */
export function showToast(text: string, tone: 'good' | 'bad' = 'good'): void {
  toast.value = { text, tone };
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.value = undefined;
  }, shownMs);
}

/** Stays in the page when empty, so that screen readers announce a change. */
export function Toast() {
  return (
    <div class="notice-place" role="status">
      {toast.value === undefined ? null : <p class={`notice ${toast.value.tone}`}>{toast.value.text}</p>}
    </div>
  );
}
