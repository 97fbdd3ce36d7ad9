import type { InvokeAdmin } from '../../infra/local/invoke-admin.ts';
import { startServer } from '../../infra/loopback/server.ts';
import { createConsole } from './console.ts';

export interface ConsoleServer {
  /** Signs one browser in, once. */
  address: string;
  stop(): Promise<void>;
}

/** Serves only the console, on the loopback address. Throws a StartFailure. */
export async function startConsole(options: {
  port: number;
  relay: InvokeAdmin;
  log: (line: string) => void;
}): Promise<ConsoleServer> {
  const { port, relay, log } = options;
  const server = await startServer(port, log);
  const { addressAt, handle } = createConsole(relay, (address) => log(`For another browser: ${address}`));
  server.serve(handle);
  return { address: addressAt(server.url), stop: () => server.stop() };
}
