import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { binanceSpot, binanceWallet } from './binance/binance-spot.ts';
import { binanceUsdm } from './binance/binance-usdm.ts';
import { bybit } from './bybit/bybit.ts';
import { SimulatedExchange } from './core/simulated-exchange.ts';
import { exchangeServer } from './server/server.ts';
import { SnapshotFile } from './snapshot.ts';

export interface SimulatedExchangeOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** Only this machine by default: the control routes ask for no password. */
  host?: string;
  /** Milliseconds since 1970. After moving a clock of your own, call `core.runDue()`. */
  clock?: () => number;
  /** Where the state is kept between runs. */
  snapshotPath?: string;
  seed?: number;
  /** How long after Bybit's acknowledgement a create or cancel comes into effect; 0, the default, at once. */
  effectDelayMs?: number | undefined;
}

export interface RunningExchange {
  url: string;
  core: SimulatedExchange;
  /** Cuts open connections and writes the snapshot. */
  stop(): Promise<void>;
}

/** Starts an exchange that speaks the REST APIs of Binance (spot and USDⓈ-M) and of Bybit (v5), and `/sim/<operation>` for its owner. */
export async function startSimulatedExchange(
  options: SimulatedExchangeOptions = {},
): Promise<RunningExchange> {
  const { port = 0, host = '127.0.0.1', clock, snapshotPath, seed, effectDelayMs } = options;
  const core = new SimulatedExchange({ clock, seed, effectDelayMs });
  const snapshot = snapshotPath === undefined ? undefined : new SnapshotFile(snapshotPath, core.state);
  if (snapshot !== undefined) {
    await snapshot.load();
    core.state.onChange = () => snapshot.schedule();
  }
  const server = exchangeServer(core, [
    binanceSpot(core),
    binanceUsdm(core),
    binanceWallet(core),
    bybit(core),
  ]);
  // Longer than ccxt keeps a connection, so that it never sends a request into one just being closed.
  server.keepAliveTimeout = 65_000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const shutDown = async (): Promise<void> => {
    core.stopTicker();
    core.timers.clear();
    const closed = once(server, 'close');
    server.close();
    // Stalled answers would keep it open for ever.
    server.closeAllConnections();
    await closed;
    await snapshot?.flush();
  };
  return {
    url: `http://${host}:${address.port}`,
    core,
    stop: () => {
      stopped ??= shutDown();
      return stopped;
    },
  };
}

/** ccxt's `exchange.urls.api` with every host replaced by the simulated exchange's, paths kept. */
export function simulatedUrls(api: Record<string, string>, url: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(api).map(([name, address]) => [name, address.replace(/^https?:\/\/[^/]+/, url)]),
  );
}
