import { countOpenPositions } from './demo/demo-positions.ts';
import { defaultPort } from './options.ts';
import type { LocalStack } from './stack.ts';

type Stack = Pick<LocalStack, 'url' | 'exchangeUrl' | 'lambdas'>;

/**
 * @param data the data folder, to delete for a new start.
 * @returns the lines to print after the start: what to try next.
 */
export async function welcomeLines(stack: Stack, data: string): Promise<string[]> {
  const { url, exchangeUrl, lambdas } = stack;
  const target = new URL(url).port === String(defaultPort) ? '--local' : `--local ${url}`;
  if (exchangeUrl === undefined) {
    return [
      '',
      'To use an exchange, add an account:',
      `  npx ripcord ${target} accounts add NAME --exchange binance`,
    ];
  }
  return [
    '',
    'The demo uses a simulated exchange. Its ledger records every request, order and fill:',
    `  curl ${exchangeUrl}/sim/ledger`,
    ...positionLines(await countOpenPositions(lambdas.admin), target, data),
  ];
}

function positionLines(open: number | undefined, target: string, data: string): string[] {
  const list = `  npx ripcord ${target} positions list`;
  if (open === 0)
    return [
      `No position is open. To start over, stop this process, delete ${data} and start again. Earlier positions:`,
      list,
    ];
  return [
    `${countSentence(open)}Open the address above to see positions and create links, or use a terminal:`,
    list,
    `  npx ripcord ${target} links create POSITION close`,
  ];
}

function countSentence(open: number | undefined): string {
  if (open === undefined) return '';
  return open === 1 ? '1 position is open. ' : `${open} positions are open. `;
}
