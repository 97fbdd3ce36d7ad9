import { describe, expect, it } from 'vitest';
import type { ErrorRow } from '../../lib/exchange/venues/error-table.ts';
import { venues } from '../../lib/exchange/venues/venues.ts';
import { fire, ledgerSince, startEnvironment } from './environment.ts';
import { stageLong, type VenueMarket, venueMarkets } from './long-position.ts';

/** Every row of the error tables, sent to a close: what the engine makes of it. */

const environment = await startEnvironment({ table: 'model', pollMs: 20 });
const { core } = environment;

interface Refusal {
  status: number;
  code: number;
  msg: string;
}

/** On Bybit, 110xxx are of perpetuals and 170xxx of spot. */
function canOccur({ exchange, market }: VenueMarket, code: string): boolean {
  if (exchange !== 'bybit') return true;
  return !code.startsWith(market === 'spot' ? '110' : '170');
}

function toRefusals(venue: VenueMarket, { codes = ['-7777'], words = ['No.'], status }: ErrorRow): Refusal[] {
  return codes
    .filter((code) => canOccur(venue, code))
    .flatMap((code) =>
      words.map((msg) => ({ status: status ?? venue.errorStatus, code: Number(code), msg: `${msg} [1]` })),
    );
}

/** What a hit is answered with, by the meaning of the only error that it meets. */
function toExpectedStatus({ meaning }: ErrorRow): number {
  if (meaning === 'unknown' || meaning === 'duplicate-id') return 202;
  return meaning === 'clock' || meaning === 'rate-limit' || meaning === 'not-placed' ? 503 : 422;
}

describe.each(venueMarkets)('a close at $name', (venue) => {
  const { rows } = venues[venue.exchange].errors;

  it('sells nothing and books nothing after any error of the table, and keeps its words', async () => {
    let staged = await stageLong(environment, venue);
    // An unknown result costs a hit its polls, and test/lib/exchange has every code that leads to it.
    for (const row of rows)
      for (const refusal of toRefusals(venue, row).slice(0, row.meaning === 'unknown' ? 1 : undefined)) {
        // As often as one hit can send: a clock is synchronized, and a size is judged again.
        core.addFault({ kind: 'status', ...refusal, match: venue.create, times: 4 });
        const { status, json } = await fire(staged.url);
        core.clearFaults();
        const expected = toExpectedStatus(row);
        expect({ ...refusal, status }).toEqual({ ...refusal, status: expected });
        expect(ledgerSince(core, staged.mark).orders).toEqual([]);
        if (expected !== 202) expect(json.message).toContain(refusal.msg);
        const shown = await environment.positionNow(staged.positionId);
        expect({ ...refusal, shown: shown.status }).toEqual({
          ...refusal,
          shown: expected === 202 ? 'closing' : 'open',
        });
        if (expected === 422) expect(shown.failure).toMatchObject({ code: String(refusal.code) });
        if (expected === 202) staged = await stageLong(environment, venue);
      }
    // What was refused for any reason is sold by the next hit.
    expect(await fire(staged.url)).toMatchObject({ status: 200, json: { outcome: 'closed' } });
  }, 120_000);
});
