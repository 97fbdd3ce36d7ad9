function dayOf(date: Date): string {
  return date.toDateString();
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** @returns a moment in this machine's own time: the clock today, with its day otherwise. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  return (dayOf(date) === dayOf(new Date()) ? clock : dayAndClock).format(date);
}

function utc(iso: string): string {
  return iso.replace(/^(.{10})T(.{8}).*$/, '$1 $2 UTC');
}

/** A moment in local time, with UTC where a mouse rests on it. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={utc(at)}>
      {localTime(at)}
    </time>
  );
}
