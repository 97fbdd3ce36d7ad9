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
  sessionFile: string;
}): Promise<ConsoleServer> {
  const { port, relay, log, sessionFile } = options;
  const server = await startServer(port, log);
  const announce = (address: string): void => log(`For another browser: ${address}`);
  const console = createConsole({ relay, announce, sessionFile, place: 'elsewhere' });
  server.serve(console.handle);
  return {
    address: console.addressAt(server.url),
    stop() {
      console.stop();
      return server.stop();
    },
  };
}
