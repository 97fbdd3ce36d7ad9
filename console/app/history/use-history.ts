import { useEffect, useRef, useState } from 'preact/hooks';
import type { HitView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { useTask } from '../control/use-task.ts';

const pageSize = 200;
/** Later than every hit. */
const end = '9999-12-31T00:00:00Z';

export interface Wanted {
  positionId: string;
  linkId: string;
  /** Older hits are not read. */
  since: string;
  /** Whether more matching hits are to be shown than the ones read so far. */
  lacks(hits: readonly HitView[]): boolean;
}

interface Read {
  hits: readonly HitView[];
  /** Where the next page begins; undefined after the last one. */
  next: string | undefined;
}

/** Reads hits page by page, newest first, until enough of them match. Another position or link needs another instance. */
export function useHistory({ positionId, linkId, since, lacks }: Wanted) {
  const [read, setRead] = useState<Read>({ hits: [], next: end });
  const latest = useRef(read);
  const reading = useRef<Promise<void> | undefined>(undefined);
  const { busy, error, run } = useTask();
  const readPage = async (): Promise<void> => {
    const { hits, next = end } = latest.current;
    const ids = { ...(positionId === '' ? {} : { positionId }), ...(linkId === '' ? {} : { linkId }) };
    const page = await call('history.list', { ...ids, before: next, limit: pageSize });
    latest.current = { hits: [...hits, ...page.hits], next: page.next };
    setRead(latest.current);
  };
  const readNext = (): Promise<void> => {
    reading.current ??= readPage().finally(() => {
      reading.current = undefined;
    });
    return reading.current;
  };
  const hasMore = () => latest.current.next !== undefined && latest.current.next >= since;
  const mustRead = hasMore() && !busy && error === undefined && lacks(read.hits);
  useEffect(() => {
    if (mustRead) run(readNext);
  }, [mustRead, read]);
  return {
    ...{ hits: read.hits, busy, error, hasMore: hasMore() },
    retry: () => run(readNext),
    /** @returns every hit since the time. */
    async readAll(): Promise<readonly HitView[]> {
      while (hasMore()) await readNext();
      return latest.current.hits;
    },
  };
}
