import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createHttpApi } from '../../infra/local/http-api.ts';
import { apiMessage, type HttpResponse } from '../../infra/local/http-result.ts';
import type { DeployedFunctions } from './deployed-functions.ts';
import { type MotoClient, region } from './moto-client.ts';

const ownAddress = new RegExp(`^([a-z0-9]+)\\.execute-api\\.${region}\\.amazonaws\\.com$`);
const apiSchema = z.object({ disableExecuteApiEndpoint: z.boolean().nullish() });
const mappingsSchema = z.object({ items: z.array(z.object({ apiId: z.string(), stage: z.string() })) });
const stagesSchema = z.object({ items: z.array(z.object({ stageName: z.string() })) });
const routesSchema = z.object({ items: z.array(z.object({ routeKey: z.string(), target: z.string() })) });
const integrationSchema = z.object({ integrationUri: z.string() });

/** API Gateway: what a request to a host reaches depends on the APIs, domains, stages and routes that exist in moto. */
export class Gateway {
  readonly #moto: MotoClient;
  readonly #functions: DeployedFunctions;
  /** What was answered. */
  readonly answers: { host: string; path: string; status: number }[] = [];

  constructor(moto: MotoClient, functions: DeployedFunctions) {
    this.#moto = moto;
    this.#functions = functions;
  }

  /** Whether the host's name resolves: an API's own address or a domain. */
  async knows(host: string): Promise<boolean> {
    const [, apiId] = ownAddress.exec(host) ?? [];
    const path = apiId === undefined ? `/v2/domainnames/${host}` : `/v2/apis/${apiId}`;
    return (await this.#moto.get('apigateway', path)) !== undefined;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host = '' } = request.headers;
    const [path = ''] = (request.url ?? '').split('?');
    response.once('finish', () => this.answers.push({ host, path, status: response.statusCode }));
    const apiId = await this.#findApi(host);
    const trigger = apiId === undefined ? undefined : await this.#findFunction(apiId, request);
    if (trigger === undefined) return answer(response, apiMessage(404, 'Not Found'));
    if (trigger === 'throttled') return answer(response, apiMessage(503, 'Service Unavailable'));
    await createHttpApi({ trigger, log: () => undefined })(request, response);
  }

  /** @returns the API that answers at the host, if its stage exists. */
  async #findApi(host: string): Promise<string | undefined> {
    const [, own] = ownAddress.exec(host) ?? [];
    const mapped =
      own === undefined ? await this.#read(mappingsSchema, `/v2/domainnames/${host}/apimappings`) : undefined;
    const apiId = own ?? mapped?.items[0]?.apiId;
    if (apiId === undefined) return undefined;
    const api = await this.#read(apiSchema, `/v2/apis/${apiId}`);
    if (api === undefined || (own !== undefined && api.disableExecuteApiEndpoint === true)) return undefined;
    const stages = await this.#read(stagesSchema, `/v2/apis/${apiId}/stages`);
    return stages?.items.some(({ stageName }) => stageName === '$default') === true ? apiId : undefined;
  }

  async #findFunction(apiId: string, request: IncomingMessage) {
    const routes = await this.#read(routesSchema, `/v2/apis/${apiId}/routes`);
    const route = routes?.items.find(({ routeKey }) => routeKey === `${request.method} /l/{token}`);
    if (route === undefined) return undefined;
    const integration = await this.#read(integrationSchema, `/v2/apis/${apiId}/${route.target}`);
    const name = /function:([\w-]+)/.exec(integration?.integrationUri ?? '')?.[1];
    return name === undefined ? undefined : this.#functions.find(name);
  }

  async #read<Shape>(schema: z.ZodType<Shape>, path: string): Promise<Shape | undefined> {
    const response = await this.#moto.get('apigateway', path);
    return response === undefined ? undefined : schema.parse(await response.json());
  }
}

function answer(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(body);
}
