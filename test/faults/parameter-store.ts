import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../infra/loopback/listen.ts';

export interface ParameterStore {
  url: string;
  /** By account name: anything else than its account is how it answers. */
  behaviors: Map<string, 'silence' | 'drip'>;
  stop(): void;
}

/** Parameter Store's GetParameter, whose parameters are the files of the same path. */
export async function startParameterStore(): Promise<ParameterStore> {
  const behaviors: ParameterStore['behaviors'] = new Map();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, file = '', name = ''] = /^(.*)\/(.*)$/.exec(JSON.parse(await text(request)).Name) ?? [];
    const behavior = behaviors.get(name);
    if (behavior === 'silence') return;
    if (behavior === 'drip') {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
      return;
    }
    const account = JSON.parse(await readFile(file, 'utf8'))[name];
    response.end(JSON.stringify({ Parameter: { Value: JSON.stringify(account) } }));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    behaviors,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
