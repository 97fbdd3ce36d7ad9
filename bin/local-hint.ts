import { commandName } from './command-hint.ts';
import { localDefault } from './options.ts';

/** A stack on this machine answers within a few milliseconds. */
const probeMs = 300;

/** @returns what to do if the local stack was meant, for a command that found no AWS account to talk to. */
export async function findLocalHint(url = localDefault): Promise<string> {
  return (await isLocalStack(url))
    ? `A local stack is running at ${url}: to use it, add --local.`
    : `For the local stack, start it with ${commandName} start and add --local.`;
}

/** The stack redirects its root to the console. Another program at that address doesn't. */
async function isLocalStack(url: string): Promise<boolean> {
  try {
    const { headers } = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(probeMs) });
    return headers.get('location') === '/console/';
  } catch {
    return false;
  }
}
