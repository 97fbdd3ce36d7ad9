import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBinanceSpotApi } from './binance/binance-spot.ts';
import { createBinanceUsdmApi } from './binance/binance-usdm.ts';
import { createBinanceWalletApi } from './binance/binance-wallet.ts';
import { createBitgetApi } from './bitget/bitget.ts';
import { createBybitApi } from './bybit/bybit.ts';
import { createCoinbaseApi } from './coinbase/coinbase.ts';
import { SimulatedExchange } from './core/simulated-exchange.ts';
import { createGateApi } from './gate/gate.ts';
import { createKrakenApi } from './kraken/kraken.ts';
import { createKucoinApi } from './kucoin/kucoin.ts';
import { createOkxApi } from './okx/okx.ts';
import { createExchangeServer } from './server/server.ts';
import { SnapshotFile } from './snapshot.ts';

export interface SimulatedExchangeOptions {
  /** 0, the default, takes any free port. */
  port?: number;
  /** The loopback address by default, because `/sim/…` requires no authentication. */
  host?: string;
  /** Milliseconds since 1970. A caller that moves its own clock calls `core.runDue()` after each move. */
  clock?: () => number;
  /** The file that keeps the state between runs. */
  snapshotPath?: string;
  seed?: number;
  /** How long after an acknowledgment of Bybit, OKX, Bitget or Kraken a create or cancel takes effect; 0, the default, is immediately. */
  effectDelayMs?: number | undefined;
}

/** A simulated exchange that listens. */
export interface RunningExchange {
  url: string;
  core: SimulatedExchange;
  /** Closes open connections and writes the snapshot. */
  stop(): Promise<void>;
}

/**
 * Starts an exchange with the REST APIs of Binance (spot, USDⓈ-M), Bybit and OKX (both v5), Gate (spot, USDT perpetuals),
 * KuCoin, Bitget, Kraken and Coinbase (spot), and with `/sim/<operation>`.
 */
export async function startSimulatedExchange(
  options: SimulatedExchangeOptions = {},
): Promise<RunningExchange> {
  const { port = 0, host = '127.0.0.1', clock, snapshotPath, seed, effectDelayMs } = options;
  const core = new SimulatedExchange({ clock, seed, effectDelayMs });
  const snapshot = snapshotPath === undefined ? undefined : await loadSnapshot(snapshotPath, core);
  const server = createExchangeServer(core, [
    // Before Binance, which owns every other path of /api/v3.
    createCoinbaseApi(core),
    createBinanceSpotApi(core),
    createBinanceUsdmApi(core),
    createBinanceWalletApi(core),
    createBybitApi(core),
    createOkxApi(core),
    // Before KuCoin, which owns every other path of /api/v2.
    createBitgetApi(core),
    createKucoinApi(core),
    createGateApi(core),
    createKrakenApi(core),
  ]);
  // Longer than a client keeps a connection, so that none sends a request into a connection that is closing.
  server.keepAliveTimeout = 65_000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${host}:${address.port}`,
    core,
    stop: () => {
      stopped ??= shutDown(core, server, snapshot);
      return stopped;
    },
  };
}

async function loadSnapshot(path: string, core: SimulatedExchange): Promise<SnapshotFile> {
  const snapshot = new SnapshotFile(path, core.state);
  await snapshot.load();
  core.state.onChange = () => snapshot.schedule();
  return snapshot;
}

async function shutDown(
  core: SimulatedExchange,
  server: Server,
  snapshot: SnapshotFile | undefined,
): Promise<void> {
  core.stopTicker();
  core.timers.clear();
  const closed = once(server, 'close');
  server.close();
  // Stalled responses would keep the server open indefinitely.
  server.closeAllConnections();
  await closed;
  await snapshot?.flush();
}

/** @returns ccxt's `exchange.urls.api` with every host replaced by the simulated exchange's. */
export function simulatedUrls(api: Record<string, string>, url: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(api).map(([name, address]) => [name, address.replace(/^https?:\/\/[^/]+/, url)]),
  );
}
