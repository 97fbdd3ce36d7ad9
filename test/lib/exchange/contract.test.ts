import { connectionContract } from './connection-contract.ts';
import { dataContract } from './data-contract.ts';
import { testMarkets } from './test-markets.ts';
import { tradingContract } from './trading-contract.ts';

for (const testMarket of testMarkets) {
  tradingContract(testMarket);
  dataContract(testMarket);
  connectionContract(testMarket);
}
