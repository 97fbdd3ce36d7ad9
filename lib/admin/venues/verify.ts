import { readAnyAccount } from '../../account/test-account.ts';
import { listExperiments } from '../../exchange/verify/experiments.ts';
import { findTestVenue } from '../../exchange/verify/find-test-venue.ts';
import { runExperiment } from '../../exchange/verify/run-experiment.ts';
import { Fault } from '../../fault.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';

type Services = Pick<AdminServices, 'services' | 'accounts' | 'selectAgents'>;

/** Throws `account-not-found`, `account-invalid` for an account of real money, `invalid-input` if there is nothing to test. */
export async function verifyVenue(
  { services, accounts, selectAgents }: Services,
  { account: name, experiment: wanted }: CommandInput<'venues.verify'>,
): Promise<CommandResult<'venues.verify'>> {
  const account = await readAnyAccount(accounts, name);
  const venue = findTestVenue(name, account);
  const experiments = listExperiments(venue);
  const { id: exchange, subject, market, pages } = venue;
  const { host } = new URL(account.baseUrl ?? `https://${venue.host}`);
  const listed = {
    ...{ account: name, exchange, subject, market, host, pages: [...pages] },
    experiments: experiments.map((each) => ({ experiment: each.name, claim: each.claim, sends: each.sends })),
  };
  if (wanted === undefined) return listed;
  const experiment = experiments.find((each) => each.name === wanted);
  if (experiment === undefined)
    throw new Fault(
      'invalid-input',
      `There is no experiment "${wanted}" for ${exchange}. Nothing was sent.`,
      {
        hint: { text: `Expected one of: ${experiments.map((each) => each.name).join(', ')}.` },
      },
    );
  const { now, sleep, randomId } = services;
  const parts = { account, agents: selectAgents(account), now, sleep };
  const newId = () => `rcv${randomId().slice(0, 12).toLowerCase()}`;
  return { ...listed, result: await runExperiment(venue, experiment, { ...parts, newId }) };
}
