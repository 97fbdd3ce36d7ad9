import type { IncomingMessage } from 'node:http';

/** @returns the whole body, or undefined once it is longer than `limit` bytes. Throws when the client hangs up. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  let tooLong = Number(request.headers['content-length'] ?? 0) > limit;
  // What is too long is still read to its end, without being kept: a client that is still sending hears nothing.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    tooLong ||= length > limit;
    if (tooLong) chunks.length = 0;
    else chunks.push(chunk);
  }
  return tooLong ? undefined : Buffer.concat(chunks);
}
