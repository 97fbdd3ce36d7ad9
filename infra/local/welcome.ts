import { countOpenPositions } from './demo/demo-positions.ts';
import { defaultPort } from './options.ts';
import type { LocalStack } from './stack.ts';

type Stack = Pick<LocalStack, 'url' | 'exchangeUrl' | 'lambdas'>;

/**
 * @param data the folder that has to go for a new beginning.
 * @returns what to try, to print after the start.
 */
export async function welcomeLines(stack: Stack, data: string): Promise<string[]> {
  const { url, exchangeUrl, lambdas } = stack;
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
    ...positionWords(await countOpenPositions(lambdas.admin), place, data),
  ];
}

function positionWords(open: number | undefined, place: string, data: string): string[] {
  const list = `  npx ripcord ${place} positions list`;
  if (open === 0)
    return [
      `No position is open any more. To start over, end this, delete ${data} and start again. What there was:`,
      list,
    ];
  const count = open === 1 ? '1 position is open. ' : `${open} positions are open. `;
  return [
    `${open === undefined ? '' : count}Open the address above to see positions and make links, or in a terminal:`,
    list,
    `  npx ripcord ${place} links create POSITION close`,
  ];
}
