import type { Server } from 'node:net';
import { hasCode, StartFailure } from './start-failure.ts';

export const highestPort = 65_535;

/** Listens on the loopback address only. @returns the port; `0` asks for any free one. Throws a StartFailure. */
export async function listen(server: Server, port: number): Promise<number> {
  const bound = Promise.withResolvers<void>();
  server.once('error', bound.reject);
  server.listen(port, '127.0.0.1', bound.resolve);
  try {
    await bound.promise;
  } catch (thrown) {
    const reason = explainFailure(thrown, port);
    throw reason === undefined ? thrown : new StartFailure(reason, { cause: thrown });
  } finally {
    server.off('error', bound.reject);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

function explainFailure(thrown: unknown, port: number): string | undefined {
  if (hasCode(thrown, 'EADDRINUSE'))
    return `Port ${port} is in use by another program. Stop it, or choose another port with --port (0 takes any free port).`;
  if (hasCode(thrown, 'EACCES'))
    return `This user may not listen on port ${port}. Choose a port above 1023 with --port.`;
  return undefined;
}
