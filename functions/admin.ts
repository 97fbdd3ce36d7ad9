import type { AdminServices } from '../lib/admin/admin-services.ts';
import type { AdminAnswer } from '../lib/admin/contract/commands.ts';
import { runAdmin, toErrorAnswer } from '../lib/admin/dispatch.ts';
import { selectAgents } from '../lib/exchange/ccxt/ccxt-connection.ts';
import { connectAccount } from '../lib/exchange/ccxt/ccxt-exchange.ts';
import { directAgents } from '../lib/exchange/ccxt/ccxt-fetch.ts';
import { createLog, type Log, toErrorCode } from '../lib/log.ts';
import { createHandler, type Handler } from './create-handler.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { createChannels } from './notifiers.ts';
import { type BuiltServices, createServices } from './services.ts';
import { createStackEgress } from './stack-egress.ts';

type AdminHandler = Handler<unknown, AdminAnswer>;

/**
 * Runs commands. It has no route and is invoked with AWS credentials. If this function fails, no link can be created;
 * existing links keep working.
 */
export function createAdmin(
  environment: Environment,
  build = createServices,
  log: Log = createLog({ namespace: environment.RIPCORD_METRICS }),
): AdminHandler {
  return toHandler(() => buildAdmin(environment, build, log), log);
}

type AdminDependencies = Omit<AdminServices, 'log'> & Pick<BuiltServices, 'handOverKeptHits'>;

function buildAdmin(environment: Environment, build: typeof createServices, log?: Log): AdminDependencies {
  const baseUrl = environment.RIPCORD_BASE_URL ?? '';
  const stack = createStackEgress(environment);
  const { writeKeptHits: _, ...built } = build(environment, log);
  return {
    ...built,
    connect: (account) => connectAccount(account, stack),
    selectAgents: (account) => selectAgents(account, { agents: directAgents, stackEgress: stack }),
    fixedAddresses: stack && {
      addresses: stack.addresses,
      connectThrough: (address, account) => connectAccount(account, { ...stack, addresses: [address] }),
    },
    baseUrl,
    channels: createChannels(environment),
  };
}

function toHandler(build: () => AdminDependencies, log: Log): AdminHandler {
  return createHandler({
    build,
    // `runAdmin` never throws: an error that gets here is one of building.
    middleware: [
      {
        onError(request) {
          const fields = { requestId: request.context.awsRequestId, outcome: toErrorCode(request.error) };
          log.event('command-failed', fields);
          request.response = toErrorAnswer(request.error);
        },
      },
    ],
    async run({ handOverKeptHits, ...services }, payload, { awsRequestId }) {
      const answer = await runAdmin({ ...services, log }, payload, awsRequestId);
      await handOverKeptHits?.();
      return answer;
    },
  });
}

/** The Lambda's entry. */
export const handler = toHandler(
  () => buildAdmin(parseEnvironment(process.env), createServices),
  createLog({ namespace: process.env.RIPCORD_METRICS }),
);
