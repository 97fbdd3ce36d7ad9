import type { Plugin } from 'esbuild';

/**
 * Files of the SDK that load much of Node for features that no function uses, and their replacements: requests whose bodies
 * are files, responses that are streams and blobs of browsers, settings in files of a home folder, and the search for
 * endpoints. On Lambda, all settings are environment variables.
 */
const replacements: readonly [file: RegExp, source: string][] = [
  [
    /[\\/]util-body-length[\\/]calculateBodyLength\.js$/,
    "export const calculateBodyLength = (body) => Buffer.byteLength(body ?? '');",
  ],
  [
    /[\\/]util-stream[\\/]stream-collector\.js$/,
    `export const streamCollector = async (stream) => {
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks);
    };`,
  ],
  [
    /[\\/]shared-ini-file-loader[\\/]readFile\.js$/,
    `export const filePromises = {};
    export const fileIntercept = {};
    export const readFile = async () => '';`,
  ],
  [/[\\/]endpoint-cache[\\/]dist-es[\\/]EndpointCache\.js$/, 'export class EndpointCache {}'],
];

export function replaceSdkFiles(): Plugin {
  return {
    name: 'sdk-replacements',
    setup(build) {
      for (const [filter, contents] of replacements)
        build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
    },
  };
}
