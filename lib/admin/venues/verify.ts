import { readAnyAccount } from '../../account/test-account.ts';
import { listExperiments } from '../../exchange/verify/experiments.ts';
import { findTestVenue } from '../../exchange/verify/find-test-venue.ts';
import { runExperiment } from '../../exchange/verify/run-experiment.ts';
import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

type Services = Pick<AdminServices, 'services' | 'accounts' | 'selectAgents'>;

/** Throws `account-not-found`, `account-invalid` for an account that is not on a test network, `invalid-input` if there is nothing to test. */
export async function verifyVenue(
  { services, accounts, selectAgents }: Services,
  { account: name, experiment: wanted }: CommandInput<'venues.verify'>,
): Promise<CommandResult<'venues.verify'>> {
  const account = await readAnyAccount(accounts, name);
  const venue = findTestVenue(name, account);
  const experiments = listExperiments(venue);
  const { host } = new URL(account.baseUrl ?? `https://${venue.host}`);
  const names = [...experiments.keys()];
  const listed = { account: name, exchange: venue.id, market: venue.market, host, experiments: names };
  if (wanted === undefined) return listed;
  const run = experiments.get(wanted);
  if (run === undefined)
    throw new Fault(
      'invalid-input',
      `There is no experiment "${wanted}" for ${venue.id}. Nothing was sent.`,
      {
        hint: { text: `Expected one of: ${names.join(', ')}.` },
      },
    );
  const { now, sleep, randomId } = services;
  const parts = { account, agents: selectAgents(account), now, sleep };
  const newId = () => `rcv${randomId().slice(0, 12).toLowerCase()}`;
  const result = await runExperiment(venue, run, { ...parts, newId });
  return { ...listed, result: { experiment: wanted, ...result } };
}
