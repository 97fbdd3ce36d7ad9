/**
 * Writes docs/operations/cost.md from the template and the list prices: `npm run cost`. A test fails if the page and the
 * template differ.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { Template } from 'aws-cdk-lib/assertions';
import { hitSchema } from '../../lib/link/hit.ts';
import { metrics } from '../../lib/log.ts';
import { outcomeSchema } from '../../lib/position/position.ts';
import { deployed, type Values } from '../../test/infra/stack/deployed.ts';
import { synthesize } from '../synthesize.ts';
import { dollars, knownOn, prices } from './prices.ts';

/** AWS counts a month as 730 hours. */
const hours = 730;
const minutes = hours * 60;
/** Accounts and channels are read again after five minutes: one account, and the list of channels. */
const parametersRead = (2 * minutes) / 5;
/** Without an open position, the sweep checks the links' address every five minutes. */
const probes = minutes / 5;
/** Measured: docs/measurements.md. */
const sweep = { seconds: 0.3, readUnits: 2, writeUnits: 1, logBytes: 600 };
/** Measured with one account: docs/measurements.md. The first one of an environment takes 0.4 s, which is not counted. */
const warmUp = { seconds: 0.04, readUnits: 2, logBytes: 600 };

interface Row {
  item: string;
  calculation: string;
  cost: number;
}

/** The deployments whose cost the page compares. */
const deployments: { name: string; values: Values }[] = [
  { name: 'default', values: {} },
  { name: '`warmUp=false`', values: { warmUp: 'false' } },
  { name: '`dashboard=true`', values: { dashboard: 'true' } },
  { name: '`egressProxies=1`', values: { egressProxies: 1 } },
  { name: '`egressProxies=2`', values: { egressProxies: 2 } },
];

function findAll(template: Template, type: string) {
  return Object.values(template.findResources(type)).map(({ Properties: properties }) => properties);
}

function memoryOf(template: Template, name: string): number {
  const found = findAll(template, 'AWS::Lambda::Function').find(
    ({ FunctionName: it }) => it === `ripcord-${name}`,
  );
  return Number(found?.MemorySize) / 1024;
}

/** An alarm on an expression costs as much as its metrics. */
function countAlarmMetrics(template: Template): number {
  return findAll(template, 'AWS::CloudWatch::Alarm').reduce((sum, { Metrics: list }) => {
    const own = (list ?? []).filter((metric: object) => 'MetricStat' in metric).length;
    return sum + Math.max(1, own);
  }, 0);
}

function toSweepRows(template: Template): Row[] {
  const gb = memoryOf(template, 'sweep');
  const runs = formatCount(minutes);
  return [
    {
      item: 'sweeps',
      calculation: `${runs} runs of ${gb} GB for ${sweep.seconds} s each`,
      cost: minutes * sweep.seconds * gb * dollars.lambdaGbSecond + minutes * dollars.lambdaRequest,
    },
    {
      item: 'table requests of the sweeps',
      calculation: `${runs} × (${sweep.readUnits} units read, ${sweep.writeUnits} written)`,
      cost: minutes * (sweep.readUnits * dollars.readUnit + sweep.writeUnits * dollars.writeUnit),
    },
    {
      item: 'logs of the sweeps',
      calculation: `${runs} × ${sweep.logBytes} bytes, which Lambda writes`,
      cost: (minutes * sweep.logBytes * dollars.logGb) / 1e9,
    },
    {
      item: 'requests to the key',
      calculation: `one account and the channels, every five minutes: ${formatCount(parametersRead)}`,
      cost: parametersRead * dollars.keyRequest,
    },
  ];
}

/** The rule has a second target only if the setting is on. */
function toWarmUpRows(template: Template): Row[] {
  const [rule] = findAll(template, 'AWS::Events::Rule');
  if (rule?.Targets.length < 2) return [];
  const gb = memoryOf(template, 'trigger');
  const { seconds, readUnits, logBytes } = warmUp;
  const table = readUnits * dollars.readUnit + (logBytes * dollars.logGb) / 1e9;
  const run = dollars.lambdaRequest + seconds * gb * dollars.lambdaGbSecond;
  return [
    {
      item: 'warm-ups of the trigger',
      calculation: `${formatCount(minutes)} × (${gb.toFixed(2)} GB for ${seconds} s, ${readUnits} units read, ${logBytes} bytes of log)`,
      cost: minutes * (run + table),
    },
    {
      item: 'requests of the trigger to the key',
      calculation: `one account, every five minutes: ${formatCount(minutes / 5)}`,
      cost: (minutes / 5) * dollars.keyRequest,
    },
  ];
}

function toProbeRow(template: Template): Row {
  const junk = hits.find(({ written }) => written === 0);
  const each = junk === undefined ? 0 : costOfHit(memoryOf(template, 'trigger'), junk).total;
  return {
    item: "checks of the links' address",
    calculation: `every five minutes: ${formatCount(probes)} × (a junk hit, 1 unit written)`,
    cost: probes * (each + dollars.writeUnit),
  };
}

function toRows(template: Template): Row[] {
  const count = (type: string) => findAll(template, type).length;
  const alarms = countAlarmMetrics(template);
  const instances = findAll(template, 'AWS::EC2::Instance');
  const [launch] = findAll(template, 'AWS::EC2::LaunchTemplate');
  const [device] = launch?.LaunchTemplateData.BlockDeviceMappings ?? [];
  const disk = instances.length * Number(device?.Ebs.VolumeSize ?? 0);
  const addresses = count('AWS::EC2::EIP');
  const perHour = (number: number, price: number) => ({
    calculation: `${number} × ${hours} h × ${price}`,
    cost: number * hours * price,
  });
  const each = (item: string, number: number, price: number) => ({
    item,
    calculation: `${number} × ${formatCost(price)}`,
    cost: number * price,
  });
  return [
    ...toSweepRows(template),
    ...toWarmUpRows(template),
    toProbeRow(template),
    each('alarms', alarms, dollars.alarm),
    each('KMS key', count('AWS::KMS::Key'), dollars.key),
    each('dashboard', count('AWS::CloudWatch::Dashboard'), dollars.dashboard),
    { item: 'instances', ...perHour(instances.length, dollars.instanceHour) },
    { item: 'public addresses', ...perHour(addresses, dollars.addressHour) },
    { item: 'disks', calculation: `${disk} GB × ${formatCost(dollars.diskGb)}`, cost: disk * dollars.diskGb },
    each('secret', count('AWS::SecretsManager::Secret'), dollars.secret),
  ].filter(({ cost }) => cost > 0);
}

function sum(rows: Row[]): number {
  return rows.reduce((total, { cost }) => total + cost, 0);
}

const formatCost = (cost: number): string => cost.toFixed(2);
const formatCount = (count: number): string => count.toLocaleString('en-US');

function renderTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function renderPrices(): string {
  const rows = Object.entries(prices).map(([name, { text, page }]) => [name, text, `<${page}>`]);
  return renderTable(['', 'price', 'page'], rows);
}

function renderFixed(template: Template): string {
  const all = deployments.map(({ name, values }) => ({ name, rows: toRows(deployed(template, values)) }));
  const [initial, ...others] = all;
  const base = initial?.rows ?? [];
  const fixed = renderTable(
    ['item', 'calculation', 'cost'],
    [
      ...base.map(({ item, calculation, cost }) => [item, calculation, formatCost(cost)]),
      ['**total**', '', `**${formatCost(sum(base))}**`],
    ],
  );
  const options = renderTable(
    ['setting', 'adds', 'cost', 'total'],
    others.map(({ name, rows }) => {
      const added = rows.filter(({ item }) => !base.some((known) => known.item === item));
      const removed = base.filter(({ item }) => !rows.some((known) => known.item === item));
      const calculation = [
        ...added.map(({ item, calculation: how }) => `${item}: ${how}`),
        ...removed.map(({ item }) => `no ${item}`),
      ].join('; ');
      return [name, calculation, formatCost(sum(rows) - sum(base)), formatCost(sum(rows))];
    }),
  );
  return `${fixed}\n\n${options}`;
}

/** Units from docs/measurements.md. */
const hits = [
  { name: 'acts, with fees, notice and archiving', seconds: 1.5, written: 17, read: 3 },
  { name: 'repeats', seconds: 0.015, written: 4, read: 2 },
  { name: 'junk that looks like a token', seconds: 0.005, written: 0, read: 2 },
];
const hitLogBytes = 1_750;

function costOfHit(gb: number, { seconds, written, read }: (typeof hits)[number]) {
  const lambda = dollars.lambdaRequest + seconds * gb * dollars.lambdaGbSecond;
  const table = written * dollars.writeUnit + read * dollars.readUnit;
  const parts = [dollars.apiRequest, lambda, table, (hitLogBytes * dollars.logGb) / 1e9];
  return { parts, total: parts.reduce((all, part) => all + part, 0) };
}

function renderHits(template: Template): string {
  const gb = memoryOf(deployed(template), 'trigger');
  const inThousand = (cost: number) => (cost * 1_000).toFixed(4);
  return renderTable(
    ['1,000 hits', 'API', 'Lambda', 'table', 'logs', 'sum'],
    hits.map((hit) => {
      const { parts, total } = costOfHit(gb, hit);
      const name = `${hit.name}: ${hit.seconds} s, ${hit.written} units written, ${hit.read} read`;
      return [name, ...parts.map(inThousand), `**${inThousand(total)}**`];
    }),
  );
}

function renderExamples(template: Template): string {
  const gb = memoryOf(deployed(template), 'trigger');
  const fixed = formatCost(sum(toRows(deployed(template))));
  const [acts = 0, repeats = 0, junk = 0] = hits.map((hit) => costOfHit(gb, hit).total);
  const rows = [100, 10_000, 1_000_000].map((count) => [
    formatCount(count),
    ...[acts, acts / 10 + (repeats * 9) / 10, junk].map((each) => `${fixed} + ${formatCost(count * each)}`),
  ]);
  return renderTable(['hits per month', 'all act', 'one in ten acts, the others repeat', 'all junk'], rows);
}

/** The metrics that count hours with hits, and those that count hours with trouble; 429 is counted by a filter of the log. */
function renderMetrics(): string {
  const decisions = hitSchema.shape.decision.exclude(['recovered']).options.length;
  const outcomes = outcomeSchema.shape.outcome.options.length;
  const ofHits = decisions + outcomes + 2;
  const others = Object.keys(metrics).length - 4 + 1;
  return `A metric costs ${formatCost(dollars.metric)} in proportion to the hours in which it has a value. ${ofHits} metrics have one in hours with hits: at most
${formatCost(ofHits * dollars.metric)}. ${others} have one only in hours with a failure, a recovery, a refused request or a position that needs attention: at most ${formatCost(others * dollars.metric)}.`;
}

/** @returns the text of the page: what is around the generated parts stays as it is. */
export function renderCost(page: string, template: Template): string {
  const parts: Record<string, string> = {
    prices: `List prices of us-east-1 as known on ${knownOn}, without tax, in US dollars.\n\n${renderPrices()}`,
    fixed: renderFixed(template),
    metrics: renderMetrics(),
    hits: renderHits(template),
    examples: renderExamples(template),
  };
  return page.replaceAll(
    /(<!-- (\w+): npm run cost -->\n\n).*?(\n\n<!-- end -->)/gs,
    (_, start: string, name: string, end: string) => `${start}${parts[name]}${end}`,
  );
}

if (import.meta.main) {
  const path = new URL('./cost.md', import.meta.url);
  const page = renderCost(await readFile(path, 'utf8'), await synthesize());
  await writeFile(path, page);
  process.stdout.write(page);
}
