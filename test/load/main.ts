import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type CrowdReport, startCrowdStack } from './load.ts';

const { values } = parseArgs({
  options: {
    /** Simultaneous hits on one link. */
    hits: { type: 'string', default: '1000' },
    /** Positions that are hit at once, by all of their links. */
    positions: { type: 'string', default: '200' },
    links: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const stack = await startCrowdStack();
const reports: Record<string, CrowdReport> = {};
try {
  // Whatever is slow only once is not what is asked for here.
  await stack.run({ positions: 1, linksPerPosition: 1, hitsPerLink: 1 });
  reports['one link'] = await stack.run({
    positions: 1,
    linksPerPosition: 1,
    hitsPerLink: Number(values.hits),
  });
  reports['many links'] = await stack.run({
    positions: Number(values.positions),
    linksPerPosition: Number(values.links),
    hitsPerLink: 1,
  });
} finally {
  await stack.stop();
}

const machine = { node: process.version, processors: cpus().length, model: cpus()[0]?.model };
if (values.json) console.log(JSON.stringify({ machine, reports }, null, 2));
else {
  console.log(`Node ${machine.node}, ${machine.processors} × ${machine.model}`);
  for (const [name, report] of Object.entries(reports)) {
    const { hits, positions, seconds, hitsPerSecond, latency, statuses, orders, violations } = report;
    const words = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
    console.log(`
${name}: ${hits} hits on ${positions} position${positions === 1 ? '' : 's'}
  ${seconds} s, ${hitsPerSecond} hits/s, p50 ${latency.p50} ms, p99 ${latency.p99} ms, most ${latency.most} ms
  answers: ${words.join(', ')}
  orders in the ledger: ${orders}
  ${violations.length === 0 ? 'no violation' : `${violations.length} violations`}`);
    for (const violation of violations.slice(0, 20)) console.log(`    ${violation}`);
  }
}
if (Object.values(reports).some(({ violations }) => violations.length > 0)) process.exitCode = 1;
