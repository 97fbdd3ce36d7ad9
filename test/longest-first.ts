import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that run longest, so that none of them runs alone at the end. Vitest knows no durations in a fresh clone. */
const longest = [
  'test/faults/processes.test.ts',
  'test/security/canary.test.ts',
  'test/end-to-end/error-table.test.ts',
  'test/end-to-end/restore.test.ts',
  'test/console/outages.test.ts',
  'test/console/links.test.ts',
  'test/end-to-end/bybit.test.ts',
  'test/end-to-end/lost-answers.test.ts',
  'test/end-to-end/pending-close.test.ts',
  'test/end-to-end/health-channels.test.ts',
  'test/security/flood.test.ts',
  'test/lib/exchange/egress.test.ts',
  'test/bin/start.test.ts',
  'test/faults/answer-in-time.test.ts',
  'test/faults/network.test.ts',
  'test/lib/store/dynamodb-local.test.ts',
  'test/lib/store/dynalite.test.ts',
  'test/bin/command-line.test.ts',
  'test/bin/links.test.ts',
  'test/bin/positions.test.ts',
  'test/console/trader-figures.test.ts',
  'test/console/bulk.test.ts',
  'test/console/exits.test.ts',
  'test/console/positions.test.ts',
  'test/simulation/revoke-race.test.ts',
  'test/security/navigation.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return rank < 0 ? longest.length : rank;
    };
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
