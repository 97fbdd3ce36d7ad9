const timeOfDay = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** @returns a time in this machine's time zone: with its day, unless it is today, and the year if it is another. */
export function formatLocalTime(iso: string): string {
  const date = new Date(iso);
  const now = new Date();
  if (date.getFullYear() !== now.getFullYear()) return withYear.format(date);
  return (date.toDateString() === now.toDateString() ? timeOfDay : dayAndTime).format(date);
}

function formatUtc(iso: string): string {
  return iso.replace(/^(.{10})T(.{8}).*$/, '$1 $2 UTC');
}

/** A time in local time, with UTC as its tooltip. */
export function Timestamp({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatUtc(at)}>
      {formatLocalTime(at)}
    </time>
  );
}
