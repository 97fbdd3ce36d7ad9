import { exchangeContract } from './contract.ts';
import { testMarkets } from './test-markets.ts';

for (const testMarket of testMarkets) exchangeContract(testMarket);
