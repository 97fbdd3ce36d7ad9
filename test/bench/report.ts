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
  handshakes: 'new connections',
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
    { id: 'hits 2–16', title: 'hits 2–16 of a process', measures: ['order', 'own', 'cpu', 'handshakes'] },
    { id: 'pause', title: 'hit after a 2 s pause', measures: [...fired, 'own', 'handshakes'] },
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

/** The ratios of the parts that took part. Each of them has to be measured. */
export function checkRatios({ samples, builds }: Bench, parts: readonly string[]): Budget[] {
  const at = (situation: string, name: BuildName, measure: Measure) =>
    samples.median(situation, name, measure);
  const cold = at('cold', 'after', 'answer');
  const warmUp = (situation: string) =>
    at(situation, 'after', 'answer') / at(`${situation}, later`, 'after', 'answer');
  const all: [part: string, figure: string, ratio: number, most: number][] = [
    ['cold', 'cold start / naive build', cold / at('cold', 'naive', 'answer'), 0.33],
    ['cold', beforeFigure, cold / at('cold', 'naive-before', 'answer'), 0.33],
    ['cold', 'cold start / empty handler', cold / at('cold', 'empty', 'answer'), 4],
    ['warm-up', 'first hit after a warm-up / the ten after it', warmUp('warm-up'), 1.5],
    ['warm-up', 'first hit after a warm-up and a freeze / the ten after it', warmUp('warm-up, frozen'), 1.5],
    [
      'hits',
      'own time of hits 2–16 / loopback floor',
      at('hits 2–16', 'after', 'own') / at('hits 2–16', 'floor', 'own'),
      1.5,
    ],
  ];
  const hasBefore = builds.some(({ name }) => name === 'naive-before');
  const largest = Math.max(...Object.values(builds.find(({ name }) => name === 'after')?.bytes ?? {}));
  return [
    ...all.flatMap(([part, figure, ratio, most]) =>
      parts.includes(part) && (hasBefore || figure !== beforeFigure) ? [toBudget(figure, ratio, most)] : [],
    ),
    {
      figure: 'bundle with one exchange',
      value: inKilobytes(largest),
      limit: `≤ ${inKilobytes(largestBundle)}`,
      met: largest <= largestBundle,
    },
  ];
}

const beforeFigure = 'cold start / naive build of the revision before';
const largestBundle = 1_200_000;

function toBudget(figure: string, ratio: number, most: number): Budget {
  const value = Number.isNaN(ratio) ? 'not measured' : `${ratio.toFixed(2)} ×`;
  return { figure, value, limit: `≤ ${most} ×`, met: ratio <= most };
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
