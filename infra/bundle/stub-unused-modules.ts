import type { Plugin } from 'esbuild';

interface DeadModule {
  /** A file by the end of its path, or a package by its name, as the importing file writes it. */
  readonly imported: RegExp;
  /** What its importers take from it by name; a file in CommonJS needs no list. */
  readonly names?: readonly string[];
}

/**
 * What ccxt's base class imports for every exchange and no supported exchange calls: the signing of dYdX, zkLink
 * and StarkNet and Ethereum, MEXC's protobuf messages, WebSockets. Half of the weight of an exchange.
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
  { imported: /\/ws\/OrderBook\.js$/, names: ['OrderBook', 'IndexedOrderBook', 'CountedOrderBook'] },
  // Signatures of Ethereum's kind. Ed25519, which Binance takes as well, stays.
  { imported: /^@noble\/curves\/secp256k1\.js$/, names: ['secp256k1'] },
  { imported: /^@noble\/curves\/nist\.js$/, names: ['p256'] },
  { imported: /^@noble\/hashes\/sha3\.js$/, names: ['keccak_256'] },
  { imported: /\/functions\/ethabi\.js$/, names: ['abiEncode', 'TypedDataEncoder'] },
  // Its HTTP client; lib/exchange/ccxt/ccxt-fetch.ts stands in its place.
  { imported: /^undici$/ },
];

/**
 * The SDK's other sources of credentials: Lambda's are in the environment, which is asked first. And HTTP/2, which
 * nothing here speaks and whose module Node would have to load.
 */
const deadInSdk: readonly DeadModule[] = [
  { imported: /^@aws-sdk\/credential-provider-sso$/, names: ['fromSSO'] },
  { imported: /^@aws-sdk\/credential-provider-ini$/, names: ['fromIni'] },
  { imported: /^@aws-sdk\/credential-provider-process$/, names: ['fromProcess'] },
  { imported: /^@aws-sdk\/credential-provider-web-identity$/, names: ['fromTokenFile'] },
  { imported: /^@aws-sdk\/credential-provider-http$/, names: ['fromHttp'] },
  {
    imported: /^@smithy\/credential-provider-imds$/,
    names: ['ENV_CMDS_FULL_URI', 'ENV_CMDS_RELATIVE_URI', 'fromContainerMetadata', 'fromInstanceMetadata'],
  },
  { imported: /^(node:)?http2$/, names: ['connect', 'constants'] },
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
        [/[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/]/, deadInSdk],
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
 * A value that may be imported, read and extended, as ccxt does while it loads, but neither called
 * nor constructed.
 */
function stubSource(path: string, { names }: DeadModule): string {
  const stub = `
const refuse = () => { throw new Error(${JSON.stringify(`${path} is left out of this bundle (infra/bundle/stub-unused-modules.ts)`)}); };
const stub = new Proxy(class {}, {
  get: (target, key) => (key === 'prototype' ? target.prototype : typeof key === 'symbol' ? undefined : stub),
  apply: refuse,
  construct: refuse,
});`;
  if (names === undefined && !/\.[cm]?js$/.test(path)) return `${stub}\nmodule.exports = stub;`;
  const exported = ['default', ...(names ?? [])].map((name) => `stub as ${name}`);
  return `${stub}\nexport { ${exported.join(', ')} };`;
}
