import type { Bench } from './bench.ts';
import type { BuildName } from './builds.ts';
import { type Budget, inKilobytes } from './figures.ts';
import { shownHits } from './hits.ts';
import type { Measure, Samples } from './samples.ts';

const columns = ['naive', 'before', 'after', 'empty', 'floor'] as const;
const comparedWith = ['naive', 'before', 'empty', 'floor'] as const;

interface Situation {
  id: string;
  title: string;
  measures: Measure[];
  /** Those without a warm-up start cold then. */
  isWarm?: true;
}

const measureTitles: Record<Measure, string> = {
  order: 'order',
  answer: 'answer',
  own: 'own time',
  cpu: 'CPU',
  bytes: 'MB',
};

function listSituations(idleMinutes: number, freezeMinutes: number): Situation[] {
  const fired: Measure[] = ['order', 'answer'];
  return [
    { id: 'cold', title: 'cold start', measures: [...fired, 'cpu'] },
    { id: 'warm-up', title: 'first hit after a warm-up', measures: fired, isWarm: true },
    { id: 'warm-up, later', title: 'the ten hits after that', measures: fired },
    {
      id: 'warm-up, frozen',
      title: `first hit after a warm-up and ${freezeMinutes} min frozen`,
      measures: fired,
      isWarm: true,
    },
    { id: 'warm-up, frozen, later', title: 'the ten hits after that', measures: fired },
    ...shownHits.map((hit) => ({ id: `hit ${hit}`, title: `hit ${hit} of a process`, measures: fired })),
    { id: 'hits 2–16', title: 'hits 2–16 of a process', measures: ['order', 'own', 'cpu'] },
    { id: 'frozen', title: `hit 2, after ${idleMinutes} min frozen`, measures: fired },
    { id: 'idle', title: `hit 2, after ${idleMinutes} min idle`, measures: fired },
    { id: 'memory', title: 'memory (RSS) after hit 16', measures: ['bytes'] },
  ];
}

/** The one table: a row for each situation, a column for each build, and the ratios of `after` to the others. */
export function formatTable({ samples, builds }: Bench, idleMinutes: number, freezeMinutes: number): string {
  const rows = listSituations(idleMinutes, freezeMinutes).flatMap((situation) =>
    situation.measures.flatMap((measure) => {
      if (samples.find(situation.id, 'after', measure).length === 0) return [];
      const cells = columns.map((name) => formatCell(samples, situation, name, measure));
      const ratios = comparedWith.map((name) => formatRatio(samples, situation, name, measure));
      return [[`${situation.title}: ${measureTitles[measure]}`, ...cells, ...ratios]];
    }),
  );
  const sizes = formatSizes(builds);
  const head = ['', ...columns, ...comparedWith.map((name) => `after / ${name}`)];
  return [head, head.map(() => '---'), ...rows, ...sizes].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What a build's first hit then costs, if it has no warm-up. */
function toFound(samples: Samples, { id, isWarm }: Situation, name: BuildName, measure: Measure) {
  const isCompared = name === 'naive' || name === 'before';
  const startsCold = isCompared && isWarm === true && samples.find(id, name, measure).length === 0;
  return { situation: startsCold ? 'cold' : id, startsCold };
}

function formatCell(samples: Samples, situation: Situation, name: BuildName, measure: Measure): string {
  const { situation: found, startsCold } = toFound(samples, situation, name, measure);
  const measured = samples.median(found, name, measure);
  if (Number.isNaN(measured)) return '';
  const unit = measure === 'bytes' ? 1e6 : 1;
  const format = (value: number) => (value / unit).toFixed(value / unit < 10 ? 1 : 0);
  return `${format(measured)} / ${format(samples.p99(found, name, measure))}${startsCold ? ' (cold)' : ''}`;
}

function formatRatio(samples: Samples, situation: Situation, name: BuildName, measure: Measure): string {
  const { situation: found } = toFound(samples, situation, name, measure);
  const ratio = samples.median(situation.id, 'after', measure) / samples.median(found, name, measure);
  return Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)} ×`;
}

function formatSizes(builds: Bench['builds']): string[][] {
  const sizeOf = (name: BuildName, exchange: string) =>
    builds.find((build) => build.name === name)?.bytes[exchange] ?? Number.NaN;
  const exchanges = Object.keys(builds.find(({ name }) => name === 'after')?.bytes ?? {});
  return exchanges.map((exchange) => [
    `bundle, ${exchange}`,
    ...columns.map((name) => {
      const bytes = sizeOf(name, exchange);
      return Number.isNaN(bytes) ? '' : inKilobytes(bytes);
    }),
    ...comparedWith.map((name) => {
      const ratio = sizeOf('after', exchange) / sizeOf(name, exchange);
      return Number.isNaN(ratio) ? '' : `${ratio.toFixed(2)} ×`;
    }),
  ]);
}

/** The ratios of this run that have a limit. Those that were not measured are left out. */
export function checkRatios({ samples, builds }: Bench): Budget[] {
  const at = (situation: string, name: BuildName, measure: Measure) =>
    samples.median(situation, name, measure);
  const cold = at('cold', 'after', 'answer');
  const sizes = Object.values(builds.find(({ name }) => name === 'after')?.bytes ?? {});
  return [
    toBudget('cold start / naive build', cold / at('cold', 'naive', 'answer'), 0.33),
    toBudget('cold start / naive build of the revision before', cold / at('cold', 'naive-before', 'answer')),
    toBudget('cold start / empty handler', cold / at('cold', 'empty', 'answer'), 4),
    toBudget(
      'first hit after a warm-up / the ten after it',
      at('warm-up', 'after', 'answer') / at('warm-up, later', 'after', 'answer'),
      1.5,
    ),
    toBudget(
      'first hit after a warm-up and a freeze / the ten after it',
      at('warm-up, frozen', 'after', 'answer') / at('warm-up, frozen, later', 'after', 'answer'),
      1.5,
    ),
    toBudget(
      'own time of hits 2–16 / loopback floor',
      at('hits 2–16', 'after', 'own') / at('hits 2–16', 'floor', 'own'),
      1.5,
    ),
    {
      figure: 'bundle with one exchange',
      value: inKilobytes(Math.max(...sizes)),
      limit: `≤ ${inKilobytes(largestBundle)}`,
      met: Math.max(...sizes) <= largestBundle,
    },
  ].filter(({ value }) => !value.startsWith('NaN'));
}

const largestBundle = 1_200_000;

function toBudget(figure: string, ratio: number, most?: number): Budget {
  const value = `${ratio.toFixed(2)} ×`;
  return most === undefined ? { figure, value } : { figure, value, limit: `≤ ${most} ×`, met: ratio <= most };
}

export function formatBudgets(budgets: Budget[]): string {
  const rows = budgets.map(({ figure, value, limit = '', met }) => [figure, value, limit, toMark(met)]);
  return [['figure', 'measured', 'limit', ''], Array(4).fill('---'), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function toMark(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}
