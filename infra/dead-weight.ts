import type { Plugin } from 'esbuild';

interface DeadModule {
  /** A file by the end of its path, or a package by its name, as the importing file writes it. */
  readonly imported: RegExp;
  /** What its importers take from it by name; a file in CommonJS needs no list. */
  readonly names?: readonly string[];
  /** It is constructed while its importer loads; what comes out is as unusable as the stub. */
  readonly constructed?: true;
}

/**
 * What ccxt's base class imports for every exchange and no supported exchange calls: the signing of dYdX, zkLink
 * and StarkNet, MEXC's protobuf messages, WebSockets. Half of the weight of an exchange.
 */
const deadInCcxt: readonly DeadModule[] = [
  { imported: /\/dydx-v4-client\/helpers\.js$/, names: ['Long'] },
  { imported: /\/dydx-v4-client\/registry\.js$/, names: ['encodeAsAny'] },
  {
    imported: /\/dydx-v4-client\/cosmos\/tx\/v1beta1\/tx\.js$/,
    names: ['AuthInfo', 'Tx', 'TxBody', 'TxRaw', 'SignDoc'],
  },
  { imported: /\/dydx-v4-client\/cosmos\/tx\/signing\/v1beta1\/signing\.js$/, names: ['SignMode'] },
  {
    imported: /\/zklink\/zklink-sdk-web\.js$/,
    names: ['ContractBuilder', 'TransferBuilder', 'newContract', 'newRpcSignerWithProvider', 'newTransfer'],
  },
  {
    imported: /\/functions\/starknet\.js$/,
    names: [
      'calculateContractAddressFromHash',
      'compileCalldata',
      'computePoseidonHashOnElements',
      'getMessageHash',
      'getSelectorFromName',
    ],
  },
  { imported: /^@scure\/starknet$/, names: ['ethSigToPrivate', 'getStarkKey', 'sign'] },
  { imported: /\/mexc\/compiled\.cjs$/ },
  { imported: /\/ws\/WsClient\.js$/ },
];

/**
 * What undici exports and ccxt doesn't use: it takes `request` and `Agent`, and only names `fetch` and
 * `ProxyAgent`. The second build of the parser is for processors without SIMD, which Lambda doesn't have.
 */
const deadInUndici: readonly DeadModule[] = [
  { imported: /^\.\/lib\/(mock|interceptor|cache)\/[\w-]+$/ },
  { imported: /^\.\/lib\/web\/(fetch|websocket|eventsource|cookies)(\/|$)/ },
  { imported: /\/web\/fetch\/body\.js$/ },
  // undici's index makes one while it loads.
  { imported: /\/cachestorage$/, constructed: true },
  { imported: /^\.\/lib\/dispatcher\/(socks5-proxy-agent|env-http-proxy-agent|retry-agent|h2c-client)$/ },
  { imported: /\/socks5-proxy-agent$/ },
  { imported: /\/client-h2\.js$/ },
  { imported: /\/llhttp-wasm\.js$/ },
];

/** Error messages in fifty languages, of which zod itself imports the English ones by their own path. */
const deadInZod: readonly DeadModule[] = [{ imported: /\/locales\/index\.js$/ }];

/** Puts a stub in the place of each dead module. Calling one throws, so a wrong guess is loud, never silent. */
export function dropDeadWeight(): Plugin {
  return {
    name: 'dead-weight',
    setup(build) {
      for (const [from, dead] of [
        [/[\\/]node_modules[\\/]ccxt[\\/]/, deadInCcxt],
        [/[\\/]node_modules[\\/]undici[\\/]/, deadInUndici],
        [/[\\/]node_modules[\\/]zod[\\/]/, deadInZod],
      ] as const) {
        for (const module of dead) {
          build.onResolve({ filter: module.imported }, ({ path, importer }) =>
            from.test(importer) ? { path, namespace: 'dead-weight', pluginData: module } : undefined,
          );
        }
      }
      build.onLoad({ filter: /.*/, namespace: 'dead-weight' }, ({ path, pluginData }) => ({
        contents: stubSource(path, pluginData as DeadModule),
        loader: 'js',
      }));
    },
  };
}

/**
 * A value that may be imported, read and extended, as undici and ccxt do while they load, but neither called
 * nor constructed.
 */
function stubSource(path: string, { names, constructed }: DeadModule): string {
  const stub = `
const refuse = () => { throw new Error(${JSON.stringify(`${path} is left out of this bundle (infra/dead-weight.ts)`)}); };
const stub = new Proxy(class {}, {
  get: (target, key) => (key === 'prototype' ? target.prototype : typeof key === 'symbol' ? undefined : stub),
  apply: refuse,
  construct: ${constructed ? '() => stub' : 'refuse'},
});`;
  if (names === undefined && !/\.[cm]?js$/.test(path)) return `${stub}\nmodule.exports = stub;`;
  const exported = ['default', ...(names ?? [])].map((name) => `stub as ${name}`);
  return `${stub}\nexport { ${exported.join(', ')} };`;
}
