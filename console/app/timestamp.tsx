const dayOf = (date: Date): string => date.toDateString();

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** @returns a moment in this machine's own time: the clock today, with its day otherwise. */
export const localTime = (iso: string): string => {
  const date = new Date(iso);
  return (dayOf(date) === dayOf(new Date()) ? clock : dayAndClock).format(date);
};

const utc = (iso: string): string => iso.replace(/^(.{10})T(.{8}).*$/, '$1 $2 UTC');

/** A moment in local time, with UTC where a mouse rests on it. */
export const Moment = ({ at }: { at: string }) => (
  <time dateTime={at} title={utc(at)}>
    {localTime(at)}
  </time>
);
