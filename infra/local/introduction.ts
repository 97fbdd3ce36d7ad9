import { defaultPort } from './options.ts';
import type { LocalStack } from './stack.ts';

/** @returns what to print after the start: where things are, and what to try. */
export const introductionOf = (
  stack: Pick<LocalStack, 'url' | 'exchangeUrl' | 'consoleAddress'>,
): string[] => [`Open ${stack.consoleAddress()}`, ...terminalWords(stack)];

const terminalWords = ({ url, exchangeUrl }: Pick<LocalStack, 'url' | 'exchangeUrl'>): string[] => {
  const place = new URL(url).port === String(defaultPort) ? '--local' : `--local ${url}`;
  if (exchangeUrl === undefined) {
    return [
      '',
      'Begin with an exchange account:',
      `  npx ripcord ${place} accounts add NAME --exchange binance`,
    ];
  }
  return [
    '',
    'The demo trades at a simulated exchange. Everything that happens there is in its ledger:',
    `  curl ${exchangeUrl}/sim/ledger`,
    'It has three positions. Open the address above to see them and make links, or in a terminal:',
    `  npx ripcord ${place} positions list`,
    `  npx ripcord ${place} links create POSITION close`,
  ];
};
