import { signal } from '@preact/signals';

const notice = signal<{ text: string; tone: 'good' | 'bad' } | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;
/** Long enough to read two lines. */
const shownMs = 6_000;

/** Says in passing what came of something. */
export function say(text: string, tone: 'good' | 'bad' = 'good'): void {
  notice.value = { text, tone };
  clearTimeout(timer);
  timer = setTimeout(() => {
    notice.value = undefined;
  }, shownMs);
}

/** Stays in the page even when empty, so that screen readers notice the change. */
export function Notice() {
  return (
    <div class="notice-place" role="status">
      {notice.value === undefined ? null : <p class={`notice ${notice.value.tone}`}>{notice.value.text}</p>}
    </div>
  );
}
