/** Drawn on a grid of 16, with a stroke of 1. */
const paths = {
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  link: 'M6.7 9.3a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.8.8M9.3 6.7a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.8-.8',
  close: 'm4 4 8 8M12 4l-8 8',
  alert: 'M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3h.01',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6L12.5 8z',
  up: 'M8 12.5v-9M4.5 7 8 3.5 11.5 7',
  down: 'M8 3.5v9M4.5 9 8 12.5 11.5 9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2',
  plus: 'M8 3v10M3 8h10',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  home: 'M2.5 7.5 8 3l5.5 4.5v6h-4v-3.5h-3v3.5h-4z',
  bell: 'M8 2.5a3.7 3.7 0 0 0-3.7 3.7v3.3L3 11.5h10l-1.3-2V6.2A3.7 3.7 0 0 0 8 2.5zM6.8 13.5h2.4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  rows: 'M2.5 4h11M2.5 8h11M2.5 12h11',
} as const;
export type IconName = keyof typeof paths;

/** Hidden from screen readers: place it beside words, or in a button with a name. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
