/**
 * The proxy of a fixed address. Its argument is the configuration as JSON, without the credential, which it reads from
 * stdin: no other program can read it there.
 */
import { text } from 'node:stream/consumers';
import { stackProxyPort } from '../../lib/exchange/egress/stack-tls.ts';
import { createProxyServer, type ProxyOptions } from './proxy-server.ts';

const { port = stackProxyPort, ...options }: Omit<ProxyOptions, 'credential'> & { port?: number } =
  JSON.parse(process.argv[2] ?? '');
const credential = (await text(process.stdin)).trim();
if (credential.length < 32) throw new Error('The credential is missing. Nothing listens.');
const server = createProxyServer({ ...options, credential });
server.listen(port, () => console.log(JSON.stringify(server.address())));
