import type { IncomingMessage } from 'node:http';

/** @returns the body, or undefined if it is longer than `limit` bytes. Throws if the client disconnects. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  let tooLong = Number(request.headers['content-length'] ?? 0) > limit;
  // A body that is too long is read to its end and discarded: a client reads the response only after it has sent all.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    tooLong ||= length > limit;
    if (tooLong) chunks.length = 0;
    else chunks.push(chunk);
  }
  return tooLong ? undefined : Buffer.concat(chunks);
}
