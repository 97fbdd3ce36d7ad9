import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listen } from '../../../infra/loopback/listen.ts';

/** What a proxy does with a request for a tunnel: it opens one, answers with this text and ends, or is mute. */
export type Behavior = 'opens' | 'is mute' | 'closes' | { answer: string; isEnded: boolean };

export interface ScriptedProxy {
  url: string;
  behavior: Behavior;
  /** The heads of all requests for a tunnel. */
  heads: string[];
}

/** A proxy of the owner's own, without TLS. Its tunnels start at `source`. */
export async function startScriptedProxy(
  source: string,
  behavior: Behavior = 'opens',
): Promise<ScriptedProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const proxy: ScriptedProxy = { url: '', behavior, heads: [] };
  const server = createServer((client) => {
    keep(client).once('data', (bytes) => {
      const head = bytes.toString('latin1');
      proxy.heads.push(head);
      if (proxy.behavior === 'is mute') return;
      if (proxy.behavior === 'closes') return void client.destroy();
      if (proxy.behavior !== 'opens') {
        client.write(proxy.behavior.answer);
        if (proxy.behavior.isEnded) client.end();
        return;
      }
      const [, port] = /^CONNECT [^:]+:(\d+) /.exec(head) ?? [];
      const host = keep(connect({ host: '127.0.0.1', port: Number(port), localAddress: source }));
      host.once('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      client.pipe(host).pipe(client);
    });
  });
  const port = await listen(server, 0);
  proxy.url = `http://me:p%40ss@127.0.0.1:${port}`;
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return proxy;
}
