import type { StoredAccount } from '../../../lib/account/account.ts';
import type { AdminServices } from '../../../lib/admin/admin-services.ts';
import {
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../../../lib/admin/contract/commands.ts';
import { runAdmin } from '../../../lib/admin/dispatch.ts';
import { directAgents } from '../../../lib/exchange/ccxt/ccxt-fetch.ts';
import type { Exchange } from '../../../lib/exchange/exchange.ts';
import { Fault } from '../../../lib/fault.ts';
import { createLog } from '../../../lib/log.ts';
import type { Services } from '../../../lib/services.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { examplePosition, positionIdAt } from '../position/example-position.ts';

const noChannels: AdminServices['channels'] = {
  store: { read: async () => [], change: async () => undefined },
  builtIn: [],
  toNotifier: ({ kind }) => ({ channel: kind, send: async () => ({ kind: 'sent' }) }),
  findNoSubscriber: async () => undefined,
};

interface Options {
  exchangeMs?: number;
  linksHalted?: true;
  /** The stored accounts. */
  accounts?: Record<string, StoredAccount>;
  /** The exchange of every account. Absent: it does not respond. */
  exchange?: Partial<Exchange>;
}

/** An admin function on a table in memory. Its exchange takes `exchangeMs` to respond, if it does. */
export function newAdmin({ exchangeMs = 0, linksHalted, accounts, exchange }: Options = {}) {
  let time = Date.parse('2026-11-22T12:00:00Z');
  let ids = 0;
  const table = createMemoryStore();
  const services: Services = {
    store: table,
    exchanges: {
      async of() {
        time += exchangeMs;
        if (exchange !== undefined) return exchange as Exchange;
        throw new Fault('exchange-unreachable', 'The exchange did not respond.');
      },
    },
    now: () => time,
    async sleep(ms) {
      time += ms;
    },
    randomId() {
      ids += 1;
      return `id${ids}`.padEnd(16, '0');
    },
  };
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), now: () => time });
  const admin: AdminServices = {
    ...{ services, log, accounts: accountsInMemory(accounts), channels: noChannels },
    connect: (account) => services.exchanges.of(account.exchange),
    selectAgents: () => directAgents,
    baseUrl: 'https://links.example.org',
    linksHalted,
  };
  return {
    table,
    services,
    now: () => time,
    pass(ms: number) {
      time += ms;
    },
    /** What was logged since the last call. */
    takeLog: () => lines.splice(0).map((line) => JSON.parse(line) as object),
    ask: (payload: object) => runAdmin(admin, payload, 'request-1'),
    /** A command that has to be refused. */
    async refusal(payload: object) {
      const answer = await runAdmin(admin, payload, 'request-1');
      if (answer.ok) throw new Error(`was not refused: ${JSON.stringify(answer.result)}`);
      return answer.error;
    },
    async run<Name extends CommandName>(command: Name, input: CommandInput<Name>) {
      const answer = await runAdmin(admin, { command, ...input }, 'request-1');
      if (!answer.ok) throw new Error(answer.error.message);
      return commands[command].result.parse(answer.result) as CommandResult<Name>;
    },
    async create(from: number, to: number, over = {}) {
      for (let index = from; index <= to; index += 1)
        await table.createPosition({
          ...examplePosition,
          positionId: positionIdAt(index),
          createdAt: new Date(time + index * 1_000).toISOString(),
          ...over,
        });
    },
  };
}
