import { randomUUID } from 'node:crypto';

export const region = 'us-east-1';
export const accountId = '123456789012';

/** For an SDK client of the walk's own. */
export function toClientSettings(endpoint: string) {
  return { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

/** Sends requests of the emulator's own to moto, which reads the service from the credential's scope. */
export class MotoClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** @returns what a REST service answers; undefined if the resource does not exist. */
  async get(service: string, path: string): Promise<Response | undefined> {
    const response = await fetch(`${this.url}${path}`, { headers: { authorization: authorize(service) } });
    if (response.ok) return response;
    await response.body?.cancel();
    return undefined;
  }

  async put(service: string, path: string, input?: object): Promise<void> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'PUT',
      headers: { authorization: authorize(service) },
      ...(input !== undefined && { body: JSON.stringify(input) }),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  }

  /** Calls an operation of a service that speaks JSON. */
  async call(service: string, target: string, input: object): Promise<Record<string, never>> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        authorization: authorize(service),
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': target,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}

function authorize(service: string): string {
  const scope = `test/20260101/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${randomUUID()}`;
}
