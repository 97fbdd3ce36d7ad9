import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely, type TLSSocket } from 'node:tls';
import { stackProxyIdentity, stackProxyPort, stackTls, toStackKey } from './stack-tls.ts';

/** How to reach one fixed address, and how it recognizes us. */
export interface ProxyServer {
  /** Host and port without credentials, as messages name it. */
  name: string;
  host: string;
  port: number;
  /** Absent: without TLS, so that only the tunnel's content is encrypted. */
  tls?: ConnectionOptions;
  headers: Record<string, string>;
}

/** @param url a valid one, as an account holds it. */
export function parseProxy(url: string): ProxyServer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'https:';
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const chosen = Number(port || (isSecure ? 443 : 80));
  return {
    name: `${hostname}:${chosen}`,
    host,
    port: chosen,
    ...(isSecure && { tls: { servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['http/1.1'] } }),
    headers:
      username + password === ''
        ? {}
        : { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` },
  };
}

/** @param address IP address of one of the stack's proxies, with a port if it is not the usual one. */
export function toStackProxy(address: string, credential: string): ProxyServer {
  const [host = '', port = stackProxyPort] = address.split(':');
  const psk = toStackKey(credential);
  return {
    name: `${host}:${port}`,
    host,
    port: Number(port),
    tls: {
      ...stackTls,
      pskCallback: () => ({ psk, identity: stackProxyIdentity }),
      // There is no certificate whose name could be checked: `isAuthentic` accepts only a peer that knows the key.
      checkServerIdentity: () => undefined,
    },
    headers: {},
  };
}

/** @returns the connection to the proxy; it may still be connecting. */
export function connectTls(proxy: ProxyServer, tls: ConnectionOptions): TLSSocket {
  return connectSecurely({ host: proxy.host, port: proxy.port, ...tls });
}

/** Whether the peer proved that it knows the key. For OpenSSL, a pre-shared key is a resumed session. */
export function isAuthentic(socket: Socket, { tls }: ProxyServer): boolean {
  return tls?.pskCallback === undefined || (socket as TLSSocket).isSessionReused();
}
