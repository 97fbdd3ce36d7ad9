import { Agent, type AgentOptions, type ClientRequest } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';

/**
 * A connection that was idle for longer may be dead: Lambda freezes a function between two hits, and a frozen process
 * does not notice that the other side or the network has dropped the connection.
 */
const maxIdleMs = 1_000;
/** For TCP with the look-up of the host, and again for TLS. */
const connectTimeoutMs = 1_000;

export interface HttpAgents {
  agents: { httpAgent: Agent; httpsAgent: SecureAgent };
  /**
   * Opens the connection of the next request to this URL's host, unless a fresh one exists. Nothing is sent, and a
   * failure is not reported: the next request then opens its own.
   */
  openConnection(url: string): void;
}

/** No connection could be made by any way that there is. Nothing was sent, and trying again would be of no use. */
export class NoRoute extends Error {}

/** Opens a tunnel to a host and port such as `api.binance.com:443`; throws NoRoute. */
export type Dial = (target: string) => Promise<Socket>;

/**
 * Agents that reuse a connection only within one second of its last request.
 *
 * @param dial makes their connections, instead of Node.
 */
export function createAgents(options: AgentOptions = {}, dial?: Dial): HttpAgents {
  const all = { ...options, keepAlive: true, noDelay: true, timeout: maxIdleMs };
  const httpAgent = new Agent(all);
  const httpsAgent = new SecureAgent(all);
  const openPlain = keepFresh(httpAgent, all, { establishedBy: 'connect', dial });
  const openSecure = keepFresh(httpsAgent, all, { establishedBy: 'secureConnect', dial });
  return {
    agents: { httpAgent, httpsAgent },
    openConnection(url) {
      const { protocol, hostname, port } = urlToHttpOptions(new URL(url));
      const [open, defaultPort] = protocol === 'https:' ? [openSecure, 443] : [openPlain, 80];
      open({ host: hostname ?? '', port: Number(port ?? defaultPort) });
    },
  };
}

/** The connections that were established, with TLS if the URL asks for it. */
const established = new WeakSet<Socket>();

/** @returns false if no byte of a request can have left on this connection. */
export function wasEstablished(socket: Socket): boolean {
  return established.has(socket);
}

/**
 * Since when a connection may be idle: the start of its last request, or of its handshake. The end does not count,
 * because a response may have waited in a buffer while the process was frozen.
 */
const usedAt = new WeakMap<Socket, number>();

/** By the wall clock, because timers stop while a process is frozen. A clock that was set back makes it stale. */
function isFresh(socket: Socket): boolean {
  const idleMs = Date.now() - (usedAt.get(socket) ?? Number.NaN);
  return idleMs >= 0 && idleMs <= maxIdleMs;
}

/** Connections that were opened ahead of a request, by an agent's name of their host and port. */
class SpareConnections {
  readonly #sockets = new Map<string, Socket>();

  /** Bytes that arrived before a request can't be its response. */
  find(name: string): Socket | undefined {
    const socket = this.#sockets.get(name);
    if (socket === undefined) return undefined;
    if (isFresh(socket) && socket.writable && socket.readableLength === 0) return socket;
    this.#sockets.delete(name);
    socket.destroy();
    return undefined;
  }

  take(name: string): Socket | undefined {
    const socket = this.find(name);
    this.#sockets.delete(name);
    return socket?.off('timeout', socket.destroy);
  }

  put(name: string, socket: Socket): void {
    this.#sockets.set(name, socket);
    socket.on('error', () => undefined);
    socket.once('timeout', socket.destroy);
    socket.once('close', () => {
      if (this.#sockets.get(name) === socket) this.#sockets.delete(name);
    });
  }
}

/** What Node calls for each request. Its types leave out the first. */
interface AgentMethods {
  addRequest(request: ClientRequest, options: object): void;
  createConnection(options: object, callback?: (error: unknown, socket?: Socket) => void): Socket | undefined;
}

/** The event by which a connection is established. */
type Established = 'connect' | 'secureConnect';

interface Connecting {
  establishedBy: Established;
  dial: Dial | undefined;
}

interface Host {
  host: string;
  port: number;
}

/**
 * Drops connections that are no longer fresh, whenever the agent gets a request.
 *
 * @returns a function that opens a connection ahead of a request.
 */
function keepFresh(agent: Agent, options: AgentOptions, { establishedBy, dial }: Connecting) {
  const inherited: AgentMethods = Object.getPrototypeOf(agent);
  const spares = new SpareConnections();
  const connect = (to: object): Socket =>
    watch(inherited.createConnection.call(agent, to) as Socket, establishedBy);
  const tunnels = dial && new Tunnels(dial, establishedBy === 'connect' ? undefined : connect);
  Object.assign(agent, {
    addRequest(request, to) {
      const startedAt = Date.now();
      dropIdle(agent);
      request.once('socket', (socket) => usedAt.set(socket, startedAt));
      inherited.addRequest.call(agent, request, to);
    },
    createConnection(to, callback = () => undefined) {
      const name = agent.getName(to);
      const spare = spares.take(name);
      if (spare !== undefined || tunnels === undefined) return spare ?? connect(to);
      tunnels
        .openUnless(name, () => spares.take(name), to as Host)
        .then((socket) => callback(undefined, socket), callback);
      return undefined;
    },
  } satisfies AgentMethods);

  return (to: Host): void => {
    const name = agent.getName(to);
    dropIdle(agent);
    const isOpen = agent.freeSockets[name]?.some((socket) => !socket.destroyed) === true;
    if (isOpen || spares.find(name) !== undefined) return;
    // By `_agentKey`, Node's agent resumes TLS sessions.
    const target = { ...options, ...to, servername: isIP(to.host) === 0 ? to.host : '', _agentKey: name };
    const startedAt = Date.now();
    const keep = (socket: Socket): void => {
      usedAt.set(socket, startedAt);
      spares.put(name, socket);
    };
    if (tunnels === undefined) keep(connect(target));
    else tunnels.openAhead(name, target, keep);
  };
}

/** Connections that begin with a tunnel, which takes time before there is a socket. */
class Tunnels {
  /** Those that are opened ahead of a request, by an agent's name of their host and port. */
  readonly #opening = new Map<string, Promise<void>>();
  readonly #dial: Dial;
  /** Begins TLS with the host inside a tunnel. */
  readonly #secure: ((to: object) => Socket) | undefined;

  constructor(dial: Dial, secure: ((to: object) => Socket) | undefined) {
    this.#dial = dial;
    this.#secure = secure;
  }

  async #open(to: Host): Promise<Socket> {
    const socket = await this.#dial(`${isIP(to.host) === 6 ? `[${to.host}]` : to.host}:${to.port}`);
    if (this.#secure !== undefined) return this.#secure({ ...to, socket });
    established.add(socket);
    return socket;
  }

  /** Waits for the tunnel that is being opened, and opens one if that is not there by then. Others do not wait for it. */
  async openUnless(name: string, take: () => Socket | undefined, to: Host): Promise<Socket> {
    const opening = this.#opening.get(name);
    this.#opening.delete(name);
    await opening;
    return take() ?? this.#open(to);
  }

  openAhead(name: string, to: Host, keep: (socket: Socket) => void): void {
    if (this.#opening.has(name)) return;
    const opening = this.#open(to).then(keep);
    this.#opening.set(name, opening);
    const forget = (): void => {
      if (this.#opening.get(name) === opening) this.#opening.delete(name);
    };
    opening.then(forget, forget);
  }
}

/**
 * An agent takes the newest of its idle connections, and skips destroyed ones only from the oldest on. So every
 * connection that is older than a dropped one is dropped as well.
 */
function dropIdle(agent: Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) {
    const lastStale = sockets?.findLastIndex((socket) => !isFresh(socket)) ?? -1;
    for (const socket of sockets?.slice(0, lastStale + 1) ?? []) socket.destroy();
  }
}

/** Notes when a connection is established, and gives up one that is not in time. */
function watch(socket: Socket, establishedBy: Established): Socket {
  const giveUp = (): void => {
    if (!established.has(socket)) socket.destroy(new Error(`no connection within ${connectTimeoutMs} ms`));
  };
  // A process that was busy until now first reads what has arrived meanwhile.
  const timer = setTimeout(() => setImmediate(giveUp), connectTimeoutMs);
  socket.once('connect', () => timer.refresh());
  socket.once(establishedBy, () => {
    established.add(socket);
    clearTimeout(timer);
  });
  socket.once('close', () => clearTimeout(timer));
  return socket;
}
