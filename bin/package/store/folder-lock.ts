import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasCode } from '../../../infra/loopback/start-failure.ts';

export interface FolderLock {
  release(): Promise<void>;
}

/** Where a process listens while it holds a folder. The system frees the first two when the process dies. */
function toAddress(folder: string): string {
  const name = `ripcord-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/**
 * Locks a folder against other processes of this machine, without native code. The lock is an address to listen on:
 * unlike a process id in a file, it can't belong to another process after a crash.
 * @param folder its real path.
 * @returns undefined if another process, or this one, holds the folder.
 */
export async function lockFolder(folder: string): Promise<FolderLock | undefined> {
  const address = toAddress(folder);
  const lock = await listenAt(address);
  if (lock !== undefined || address.startsWith('\0') || (await isAnswered(address))) return lock;
  // A process that was killed leaves its socket file.
  await rm(address, { force: true });
  return await listenAt(address);
}

async function listenAt(address: string): Promise<FolderLock | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(address), 'listening');
  } catch (thrown) {
    if (hasCode(thrown, 'EADDRINUSE')) return undefined;
    throw thrown;
  }
  server.unref();
  return {
    release: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function isAnswered(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
