import { exchangeContract } from './contract.ts';
import { grounds } from './trading-floor.ts';

for (const ground of grounds) exchangeContract(ground);
