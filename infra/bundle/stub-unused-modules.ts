import type { Plugin } from 'esbuild';

interface UnusedModule {
  /** Matches the import as the importing file writes it: the end of a file's path, or a package's name. */
  readonly imported: RegExp;
  /** The exports that its importers use. CommonJS files and dynamic imports need no list. */
  readonly names?: readonly string[];
}

/**
 * What ccxt's base class imports for every exchange, and no supported exchange calls: the signatures of dYdX, zkLink,
 * StarkNet and Ethereum, MEXC's protobuf messages, WebSockets. They are half the size of an exchange's chunk.
 */
const unusedInCcxt: readonly UnusedModule[] = [
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
  // Ethereum's signatures. Ed25519 stays, because Binance accepts it.
  { imported: /^@noble\/curves\/secp256k1\.js$/, names: ['secp256k1'] },
  { imported: /^@noble\/curves\/nist\.js$/, names: ['p256'] },
  { imported: /^@noble\/hashes\/sha3\.js$/, names: ['keccak_256'] },
  { imported: /\/functions\/ethabi\.js$/, names: ['abiEncode', 'TypedDataEncoder'] },
  // ccxt's HTTP client, which lib/exchange/ccxt/ccxt-fetch.ts replaces.
  { imported: /^undici$/ },
];

/**
 * The SDK's sources of credentials other than the environment, which the SDK reads first and where Lambda provides
 * them. And HTTP/2, which no client here uses and whose module Node would have to load.
 */
const unusedInSdk: readonly UnusedModule[] = [
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
  // It reads the user agent of a browser.
  { imported: /^bowser$/ },
];

/** Responses that are streams of events, which none of the SDK's requests here has. */
const unusedInProtocols: readonly UnusedModule[] = [{ imported: /^@smithy\/core\/event-streams$/ }];

/** Error messages in fifty languages. zod imports the English ones by their own path. */
const unusedInZod: readonly UnusedModule[] = [{ imported: /\/locales\/index\.js$/ }];

/** The prompt that opens an editor brings tables of every character set. No command opens an editor. */
const unusedInPrompts: readonly UnusedModule[] = [
  { imported: /^@inquirer\/external-editor$/, names: ['editAsync'] },
];

type Stubs = readonly [importers: RegExp, modules: readonly UnusedModule[]];

const everywhere: readonly Stubs[] = [
  [/[\\/]node_modules[\\/]ccxt[\\/]/, unusedInCcxt],
  [/[\\/]node_modules[\\/]zod[\\/]/, unusedInZod],
];

const stubs = {
  function: [
    ...everywhere,
    [/[\\/]node_modules[\\/]@(aws-sdk|smithy)[\\/]/, unusedInSdk],
    [/[\\/]@smithy[\\/]core[\\/].*[\\/]HttpProtocol\.js$/, unusedInProtocols],
  ],
  // It takes its credentials from wherever the AWS CLI does.
  'command-line': [...everywhere, [/[\\/]node_modules[\\/]@inquirer[\\/]/, unusedInPrompts]],
} as const satisfies Record<string, readonly Stubs[]>;

/** Replaces each unused module with a stub. A stub throws when it is called, so a wrong entry above fails visibly. */
export function stubUnusedModules(use: { for: keyof typeof stubs }): Plugin {
  return {
    name: 'stub-unused-modules',
    setup(build) {
      for (const [importers, modules] of stubs[use.for]) {
        for (const module of modules) {
          build.onResolve({ filter: module.imported }, ({ path, importer, kind }) => {
            if (!importers.test(importer)) return undefined;
            return kind === 'dynamic-import'
              ? { path: toThrowingUrl(path), external: true }
              : { path, namespace: 'stub-unused-modules', pluginData: module };
          });
        }
      }
      build.onLoad({ filter: /.*/, namespace: 'stub-unused-modules' }, ({ path, pluginData }) => ({
        contents: stubSource(path, pluginData as UnusedModule),
        loader: 'js',
      }));
    },
  };
}

function toRefusal(path: string): string {
  return `throw new Error(${JSON.stringify(`${path} is left out of this bundle (infra/bundle/stub-unused-modules.ts)`)})`;
}

/** As a file, a module that is imported dynamically would split what both share off the file that imports it. */
function toThrowingUrl(path: string): string {
  return `data:text/javascript,${encodeURIComponent(toRefusal(path))}`;
}

/** @returns a module whose exports can be read and extended, as ccxt does while it loads. Calling one throws. */
function stubSource(path: string, { names }: UnusedModule): string {
  const stub = `
const refuse = () => { ${toRefusal(path)}; };
const stub = new Proxy(class {}, {
  get: (target, key) => (key === 'prototype' ? target.prototype : typeof key === 'symbol' ? undefined : stub),
  apply: refuse,
  construct: refuse,
});`;
  if (names === undefined && !/\.[cm]?js$/.test(path)) return `${stub}\nmodule.exports = stub;`;
  const exported = ['default', ...(names ?? [])].map((name) => `stub as ${name}`);
  return `${stub}\nexport { ${exported.join(', ')} };`;
}
