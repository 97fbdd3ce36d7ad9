import type { Server } from 'node:net';
import { hasCode, StartFailure } from './start-failure.ts';

export const highestPort = 65_535;

/** Binds to this machine's loopback address and to no other. @returns the port; `0` asks for any free one. */
export async function listen(server: Server, port: number): Promise<number> {
  const bound = Promise.withResolvers<void>();
  server.once('error', bound.reject);
  server.listen(port, '127.0.0.1', bound.resolve);
  try {
    await bound.promise;
  } catch (thrown) {
    if (hasCode(thrown, 'EADDRINUSE')) {
      throw new StartFailure(
        `Port ${port} is taken by another program. Stop it, or choose another port with --port (0 takes any free one).`,
        { cause: thrown },
      );
    }
    if (hasCode(thrown, 'EACCES')) {
      throw new StartFailure(
        `Port ${port} may not be used by this user. Choose one above 1023 with --port.`,
        {
          cause: thrown,
        },
      );
    }
    throw thrown;
  } finally {
    server.off('error', bound.reject);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
