import { describe, expect, test } from 'vitest';
import type { ParentExchangeId } from '../../../lib/account/account.ts';
import type { RejectReason } from '../../../lib/exchange/exchange.ts';
import { binance } from '../../../lib/exchange/venues/binance.ts';
import { binanceusdm } from '../../../lib/exchange/venues/binanceusdm.ts';
import { bitget } from '../../../lib/exchange/venues/bitget.ts';
import { bybit } from '../../../lib/exchange/venues/bybit.ts';
import { coinbase } from '../../../lib/exchange/venues/coinbase.ts';
import { findRejectReason } from '../../../lib/exchange/venues/error-table.ts';
import { gate } from '../../../lib/exchange/venues/gate.ts';
import { kraken } from '../../../lib/exchange/venues/kraken.ts';
import { kucoin } from '../../../lib/exchange/venues/kucoin.ts';
import { okx } from '../../../lib/exchange/venues/okx.ts';
import {
  binanceFutures,
  binanceSpot,
  bitgetSpot,
  bybitLinear,
  bybitSpot,
  coinbaseSpot,
  findMissing,
  gateSpot,
  gateSwap,
  inFiveSeconds,
  krakenSpot,
  kucoinSpot,
  okxSpot,
  okxSwap,
  startTrader,
  type TestMarket,
} from './test-markets.ts';

/** Some venues have words for codes. */
type Code = number | string;

interface Refusal {
  code: Code;
  msg: string;
  reason: RejectReason;
}

function all(reason: RejectReason, ...codes: Code[]): Refusal[] {
  return codes.map((code) => ({ code, msg: 'No.', reason }));
}

function withMessage(reason: RejectReason, code: Code, msg: string): Refusal {
  return { code, msg, reason };
}

const ofBothBinances: Refusal[] = [
  ...all('rate-limit', -1003, -1015),
  ...all('permission', -1002, -1022, -2014, -2015),
  ...all('clock', -1021),
  ...all('precision', -1111),
  ...all('refused-for-now', -1016, -1112),
  ...all('other', -1013, -1014, -1020, -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108),
  ...all('other', -1114, -1115, -1116, -1117, -1118, -1121, -1128, -1130, -2010),
  withMessage('precision', -1013, 'Filter failure: LOT_SIZE'),
  withMessage('precision', -1013, 'Filter failure: MARKET_LOT_SIZE'),
  withMessage('precision', -1013, 'Filter failure: PRICE_FILTER'),
  withMessage('precision', -1013, 'Invalid quantity.'),
  withMessage('below-minimum', -1013, 'Filter failure: NOTIONAL'),
  withMessage('below-minimum', -1013, 'Filter failure: MIN_NOTIONAL'),
  withMessage('below-minimum', -1013, 'Price * QTY is zero or less.'),
  withMessage('above-maximum', -1013, 'Filter failure: MAX_ASSET'),
  withMessage('refused-for-now', -1013, 'Filter failure: PERCENT_PRICE'),
  withMessage('refused-for-now', -1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'),
  withMessage('refused-for-now', -1013, 'Market is closed.'),
  withMessage('too-many-orders', -1013, 'Filter failure: MAX_NUM_ORDERS'),
  withMessage('too-many-orders', -1013, 'Filter failure: MAX_NUM_ALGO_ORDERS'),
  withMessage('too-many-orders', -1013, 'Filter failure: MAX_NUM_ORDER_LISTS'),
  withMessage('too-many-orders', -1013, 'Filter failure: EXCHANGE_MAX_NUM_ALGO_ORDERS'),
  withMessage('other', -1013, 'Filter failure: MAX_POSITION'),
  withMessage('other', -1013, 'Stop loss orders are not supported for this symbol.'),
];

const ofSpot: Refusal[] = [
  ...ofBothBinances,
  ...all('other', -1010, -1122, -1134, -1135, -1220),
  withMessage('insufficient', -2010, 'Account has insufficient balance for requested action.'),
  withMessage('duplicate-id', -2010, 'Duplicate order sent.'),
  withMessage('would-trigger', -2010, 'Order would trigger immediately.'),
  withMessage('would-trigger', -2010, 'Order would immediately match and take.'),
  withMessage('would-trigger', -2010, 'The relationship of the prices for the orders is not correct.'),
  withMessage('refused-for-now', -2010, 'Market is closed.'),
  withMessage('refused-for-now', -2010, 'Rest API trading is not enabled.'),
  withMessage('permission', -2010, 'This action is disabled on this account.'),
  withMessage('permission', -2010, 'This symbol is restricted for this account.'),
  withMessage('refused-for-now', -1010, 'Market is closed.'),
];

const ofFutures: Refusal[] = [
  ...ofBothBinances,
  ...all('insufficient', -2018, -2019, -2028),
  ...all('would-not-reduce', -2024),
  ...all('exit-in-the-way', -2022, -4118, -4130),
  ...all('below-minimum', -4164, -4003, -4004),
  ...all('above-maximum', -4005),
  ...all('precision', -4014, -4023),
  ...all('refused-for-now', -1122, -2023, -4016, -4024, -4131, -4140, -4141, -4400, -5025),
  ...all('refused-for-now', -4183, -4184, -4210, -4211),
  ...all('would-trigger', -2021, -4142),
  ...all('too-many-orders', -2025, -4045),
  ...all('other', -4006, -4007, -1110, -1126, -1136, -2026, -2027, -4001, -4002, -4013, -4015, -4060, -4061),
  ...all('other', -4062, -4120, -4137, -4138, -4139, -4401),
  ...all('permission', -1011, -1099, -1109, -2017, -4087, -4088, -4109, -4192, -4402),
  ...all('duplicate-id', -4116),
  ...all('clock', -5028),
];

const ofBybit: Refusal[] = [
  ...all('clock', 10002),
  ...all('rate-limit', 10006, 10018, 170005, 170222),
  withMessage('not-placed', -1, 'request expired: o@0, now[1] diff[5001]'),
  ...all('permission', -2015, 10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 10029),
  ...all('permission', 33004, 100028, 30133, 30134, 110067, 110068, 110069, 110080, 110088, 110123, 110124),
  ...all('permission', 110125, 110132, 110136, 170201, 170209, 170219, 170224, 170241, 170348),
  ...all('insufficient', 110004, 110006, 110007, 110012, 110044, 110045, 110051, 110052, 110053),
  ...all('insufficient', 170033, 170131),
  ...all('below-minimum', 110094, 170136, 170140),
  ...all('above-maximum', 170124, 170135, 170228, 170229, 170341, 170381, 170382),
  ...all('precision', 170134, 170137, 170148),
  ...all('would-not-reduce', 110017, 110034),
  ...all('duplicate-id', 110072, 170141),
  ...all('would-trigger', 110092, 110093),
  ...all('too-many-orders', 110009, 110020, 170810),
  ...all('refused-for-now', 30208, 30209, 110003, 110005, 110063, 110066, 110074, 110095, 110098, 110103),
  ...all(
    'refused-for-now',
    110118,
    110120,
    110121,
    110137,
    170031,
    170151,
    170159,
    170192,
    170193,
    170194,
    170197,
  ),
  ...all('refused-for-now', 170198, 170199, 170200, 170217, 170371, 170372, 3_100_197),
  ...all('other', 10001, 30228, 30256, 110016, 110021, 110023, 110032, 110040, 110042),
  ...all('other', 110070, 110085, 110086, 110087, 110089, 110090, 110096, 110097, 110100),
  ...all('other', 110131, 110135, 170034, 170036, 170037, 170105, 170115, 170116, 170117, 170121, 170130),
  ...all('other', 170132, 170133, 170157, 170202, 170203, 170204, 170206, 170207, 170210, 170215, 170216),
  ...all('other', 170218, 170220, 170221, 170223, 170226, 170227, 170230, 170344, 170346, 170355, 170358),
  ...all('other', 170359, 170360, 170709, 3_200_403),
  withMessage('below-minimum', 10001, 'The number of contracts exceeds minimum limit allowed'),
  withMessage('above-maximum', 10001, 'The number of contracts exceeds maximum limit allowed: too large'),
  withMessage('precision', 10001, 'Qty invalid'),
  withMessage('would-trigger', 10001, 'expect Rising, but trigger_price[1] <= current[2]??1'),
  withMessage('would-trigger', 10001, 'expect Failling, but trigger_price[2] >= current[1]??1'),
  withMessage('other', 10001, 'position idx not match position mode'),
  withMessage(
    'permission',
    10001,
    'empty value: apiTimestamp[] apiKey[] apiSignature[]: openapi sign params error!',
  ),
];

const ofOkx: Refusal[] = [
  ...all('clock', 50036, 50102, 50112),
  ...all('not-placed', 50037),
  ...all('rate-limit', 50011, 50040, 50061),
  ...all('permission', 50027, 50028, 50029, 50030, 50032, 50033, 50035, 50041, 50051, 50052, 50059, 50060),
  ...all('permission', 50100, 50101, 50103, 50104, 50105, 50106, 50107, 50110, 50111, 50113, 50114, 50119),
  ...all('permission', 50120, 50121, 51010, 51024, 51155),
  ...all('insufficient', 51008, 51119, 51127, 51131),
  ...all('below-minimum', 50122, 51007, 51020, 51120),
  ...all('above-maximum', 51005, 51101, 51108, 51185, 51201, 51202, 51203, 51207, 51252, 51275),
  ...all('precision', 51121, 51150),
  ...all('would-not-reduce', 51023, 51112, 51169, 51170),
  ...all('exit-in-the-way', 51117, 51148, 51165, 51206),
  ...all('duplicate-id', 50071, 51011, 51016, 51065, 51068),
  ...all('would-trigger', 51277, 51278, 51279, 51280),
  ...all('too-many-orders', 51025, 51102, 51103, 51104, 51174, 51261, 51299),
  ...all(
    'refused-for-now',
    50017,
    50018,
    50019,
    50020,
    50021,
    50022,
    50023,
    50046,
    50062,
    51006,
    51021,
    51022,
  ),
  ...all(
    'refused-for-now',
    51028,
    51029,
    51030,
    51031,
    51032,
    51037,
    51109,
    51110,
    51116,
    51124,
    51135,
    51136,
  ),
  ...all('refused-for-now', 51137, 51138, 51140, 51196, 51197, 51250, 51507),
  ...all('other', 50000, 50002, 50006, 50014, 50015, 50016, 50024, 50025, 51000, 51001, 51002, 51003, 51009),
  ...all(
    'other',
    51015,
    51027,
    51087,
    51105,
    51106,
    51107,
    51133,
    51139,
    51186,
    51187,
    51205,
    51209,
    51210,
    51298,
  ),
];

const ofKucoin: Refusal[] = [
  ...all('clock', 126041, 400002),
  ...all('rate-limit', 429000, 429001),
  ...all('permission', 126001, 126002, 126005, 126021, 126037, 126045, 126046, 126047, 126048, 200009),
  ...all('permission', 400001, 400003, 400004, 400005, 400006, 400007, 400008, 400009, 400010, 400200),
  ...all('permission', 400201, 400202, 400301, 400302, 400303, 400304, 400401, 400500, 400700, 411100),
  ...all('permission', 411200),
  ...all('insufficient', 126013, 200004, 210021, 230003, 260100),
  ...all('below-minimum', 126003, 600101),
  ...all('above-maximum', 126042, 400350),
  ...all('duplicate-id', 126033, 126044),
  ...all('too-many-orders', 126011, 200003),
  ...all('refused-for-now', 126006, 126007, 126009, 126015, 126022, 126027, 126028, 126029, 126030),
  ...all('refused-for-now', 200001, 200002, 400330, 400370, 400600, 400760, 600203),
  ...all('other', 126004, 126034, 400100, 400101, 400102, 404000, 415000, 600100),
  withMessage('duplicate-id', 400100, 'validation.createOrder.clientOidDuplicated'),
  withMessage('insufficient', 400100, 'account.available.amount'),
  withMessage('below-minimum', 400100, 'Order size below the minimum requirement.'),
  withMessage('below-minimum', 600100, 'Funds below the minimum requirement.'),
  withMessage('precision', 600100, 'Order size increment invalid.'),
  withMessage('precision', 400100, 'The amount increment is invalid.'),
  // Not the words of a look-up that finds nothing.
  withMessage('other', 400100, 'order_not_exist'),
];

const bitgetKeys = [40001, 40002, 40003, 40006, 40009, 40011, 40012, 40036, 40037, 40041];

const ofBitget: Refusal[] = [
  ...all('clock', 40004, 40005, 40008, 40078),
  ...all('rate-limit', 429, 40047, 70228),
  ...all('permission', ...bitgetKeys, 40013, 40014, 40016, 40018, 40022, 40023, 40024, 40025, 40026, 40031),
  ...all('permission', 40000, 40035, 40038, 40040, 40061, 40068, 40085, 40100, 40101, 40103, 40104, 40111),
  ...all('permission', 22010, 40199, 40301, 40710, 40752, 40760, 45107, 45108, 50012, 50013, 50019, 50023),
  ...all('permission', 50064, 70227),
  ...all('insufficient', 40754, 40762, 43012, 43132, 45002, 50020),
  ...all('below-minimum', 22034, 43006, 43010, 43027, 43037, 43042, 45110, 45111, 45114),
  ...all('above-maximum', 43007, 43038, 43041, 45112, 45113),
  ...all('precision', 22038, 43028, 45035, 45115),
  ...all('duplicate-id', 40786, 43118, 45034, 50060),
  ...all('too-many-orders', 40723, 40761, 43005, 43128, 45118, 50048, 70223),
  ...all('refused-for-now', 22045, 40200, 40721, 40824, 41113, 41114, 43008, 43009, 43039, 43040, 43115),
  ...all('refused-for-now', 43119, 43120, 43122, 45009, 45043, 46013, 50025, 50026, 50027, 50029, 50030),
  ...all('refused-for-now', 70220, 70224, 70225),
  ...all('other', 22004, 40007, 40017, 40019, 40020, 40034, 40057, 40064, 40079, 40081, 40102, 40105, 40110),
  ...all('other', 40304, 40305, 40309, 40402, 40404, 40409, 40706, 40724, 40811, 40813, 41002, 41101, 41103),
  ...all('other', 42016, 43011, 43048, 43058, 43111, 43123, 48001, 48002, 50011, 50018, 50024, 50028, 50061),
  ...all('other', 400172),
];

const ofGate: Refusal[] = [
  ...all('clock', 'REQUEST_EXPIRED'),
  ...all('rate-limit', 'TOO_MANY_REQUESTS'),
  ...all('permission', 'INVALID_CREDENTIALS', 'INVALID_KEY', 'INVALID_SIGNATURE', 'MISSING_REQUIRED_HEADER'),
  ...all('permission', 'IP_FORBIDDEN', 'READ_ONLY', 'FORBIDDEN', 'ACCOUNT_LOCKED'),
  ...all('insufficient', 'BALANCE_NOT_ENOUGH', 'MARGIN_BALANCE_NOT_ENOUGH', 'INSUFFICIENT_AVAILABLE'),
  ...all('below-minimum', 'AMOUNT_TOO_LITTLE', 'QUANTITY_NOT_ENOUGH', 'SIZE_TOO_SMALL'),
  withMessage(
    'below-minimum',
    'INVALID_PARAM_VALUE',
    'Your order size 2 is too small. The minimum is 3 USDT',
  ),
  ...all('above-maximum', 'AMOUNT_TOO_MUCH', 'SIZE_TOO_LARGE'),
  ...all('precision', 'INVALID_PRECISION'),
  ...all('duplicate-id', 'REPEATED_CREATION', 'ORDER_EXISTS'),
  ...all('would-trigger', 'POC_FILL_IMMEDIATELY', 'ORDER_POC_IMMEDIATE'),
  ...all('too-many-orders', 'TOO_MANY_ORDERS'),
  ...all('refused-for-now', 'ORDER_BOOK_NOT_FOUND', 'FOK_NOT_FILL', 'ORDER_FOK', 'TRADE_RESTRICTED'),
  ...all('other', 'INVALID_PARAM_VALUE', 'INVALID_PROTOCOL', 'INVALID_ARGUMENT', 'INVALID_REQUEST_BODY'),
  ...all('other', 'MISSING_REQUIRED_PARAM', 'BAD_REQUEST', 'INVALID_CONTENT_TYPE', 'NOT_ACCEPTABLE'),
  ...all('other', 'METHOD_NOT_ALLOWED', 'NOT_FOUND', 'INVALID_CURRENCY', 'INVALID_CURRENCY_PAIR'),
  ...all('other', 'INVALID_CLIENT_ORDER_ID', 'MARGIN_NOT_SUPPORTED', 'AUTO_BORROW_TOO_MUCH'),
  ...all('other', 'INITIAL_MARGIN_TOO_LOW', 'USER_NOT_FOUND', 'CONTRACT_NOT_FOUND', 'CONTRACT_IN_DELISTING'),
  ...all('other', 'POSITION_DUAL_MODE', 'RISK_LIMIT_EXCEEDED', 'LIQUIDATE_IMMEDIATELY'),
  ...all('other', 'LEVERAGE_TOO_HIGH', 'LEVERAGE_TOO_LOW'),
  ...all('would-not-reduce', 'POSITION_EMPTY', 'POSITION_NOT_FOUND', 'INCREASE_POSITION'),
  ...all('exit-in-the-way', 'REDUCE_EXCEEDED'),
  ...all('refused-for-now', 'CONTRACT_NO_COUNTER', 'POSITION_IN_LIQUIDATION', 'POSITION_IN_CLOSE'),
  ...all('refused-for-now', 'PRICE_TOO_DEVIATED', 'PRICE_OVER_LIQUIDATION', 'PRICE_OVER_BANKRUPT'),
];

const krakenKeys = [
  ...['EAPI:Invalid key', 'EAPI:Invalid signature', 'EGeneral:Permission denied'],
  ...['EAccount:Invalid permissions', 'EAuth:Account temporary disabled', 'EAuth:Account unconfirmed'],
];

const ofKraken: Refusal[] = [
  ...all('clock', 'EGeneral:Invalid arguments:deadline'),
  // An invalid nonce is not placed either, and tried more often: see kraken-requests.test.ts.
  ...all('not-placed', 'EService:Deadline elapsed'),
  ...all('rate-limit', 'EAPI:Rate limit exceeded', 'EOrder:Rate limit exceeded', 'EService:Throttled'),
  ...all('rate-limit', 'EOrder:Domain rate limit exceeded', 'EAuth:Rate limit exceeded'),
  ...all('rate-limit', 'EAuth:Too many requests', 'EGeneral:Too many requests'),
  ...all('permission', ...krakenKeys, 'EAccount:Trading disabled'),
  ...all('duplicate-id', 'EGeneral:Invalid arguments:cl_ord_id'),
  ...all('insufficient', 'EOrder:Insufficient funds'),
  ...all('below-minimum', 'EOrder:Order minimum not met', 'EOrder:Cost minimum not met'),
  ...all('below-minimum', 'EGeneral:Invalid arguments:volume minimum not met'),
  ...all('precision', 'EGeneral:Invalid arguments:volume', 'EGeneral:Invalid arguments:price'),
  ...all('precision', 'EOrder:Invalid price', 'EOrder:Tick size check failed'),
  ...all('too-many-orders', 'EOrder:Orders limit exceeded', 'EOrder:Scheduled orders limit exceeded'),
  ...all('refused-for-now', 'EService:Market in cancel_only mode', 'EService:Market in post_only mode'),
  ...all('refused-for-now', 'EGeneral:Temporary lockout'),
  ...all('other', 'EGeneral:Invalid arguments', 'EGeneral:Invalid arguments:ordertype', 'EAPI:Bad request'),
  ...all('other', 'EOrder:Margin allowance exceeded', 'EQuery:Unknown asset pair', 'ETrade:Locked'),
  ...all('other', 'EBM:limit exceeded'),
];

const coinbaseKeys = ['PERMISSION_DENIED', 'UNAUTHENTICATED', 'authentication_error', 'invalid_token'];

/** Each reason of a create has one of its preview beside it. */
function withPreview(reason: RejectReason, ...codes: string[]): Refusal[] {
  return all(reason, ...codes.flatMap((code) => [code, `PREVIEW_${code}`]));
}

const ofCoinbase: Refusal[] = [
  ...all('rate-limit', 'RESOURCE_EXHAUSTED', 'rate_limit_exceeded'),
  ...all('permission', ...coinbaseKeys, 'invalid_scope', 'revoked_token', 'expired_token'),
  ...all('permission', 'unverified_email'),
  ...withPreview('permission', 'GEOFENCING_RESTRICTION', 'INELIGIBLE_PAIR'),
  ...withPreview('insufficient', 'INSUFFICIENT_FUND', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_LEDGER_BALANCE'),
  ...withPreview('precision', 'INVALID_SIZE_PRECISION', 'INVALID_PRICE_PRECISION'),
  ...withPreview('precision', 'INVALID_QUOTE_SIZE_PRECISION'),
  ...withPreview('below-minimum', 'INVALID_BASE_SIZE_TOO_SMALL', 'INVALID_QUOTE_SIZE_TOO_SMALL'),
  ...withPreview('above-maximum', 'INVALID_BASE_SIZE_TOO_LARGE', 'INVALID_QUOTE_SIZE_TOO_LARGE'),
  ...withPreview('refused-for-now', 'ORDER_ENTRY_DISABLED', 'INVALID_NO_LIQUIDITY', 'RISK_PROXY_FAILURE'),
  ...withPreview('refused-for-now', 'MISSING_MARKET_TRADE_DATA', 'MISSING_PRODUCT_PRICE_BOOK'),
  ...withPreview('refused-for-now', 'LIMIT_PRICE_TOO_FAR_FROM_MARKET', 'NOT_ALLOWED_BY_MARKET_STATE'),
  ...withPreview('refused-for-now', 'BREACHED_PRICE_LIMIT'),
  ...withPreview('duplicate-id', 'DUPLICATE_CLIENT_ORDER_ID'),
  ...withPreview('other', 'UNSUPPORTED_ORDER_CONFIGURATION', 'INVALID_ORDER_CONFIG', 'INVALID_SIDE'),
  ...withPreview('other', 'INVALID_PRODUCT_ID', 'INVALID_LIMIT_PRICE', 'INVALID_LIMIT_PRICE_POST_ONLY'),
  ...withPreview('other', 'INVALID_REQUEST', 'INVALID_LEDGER_BALANCE', 'UNTRADABLE_PRODUCT'),
  ...all('other', 'INVALID_ARGUMENT', 'invalid_request', 'validation_error', 'param_required'),
  ...all('other', 'PREVIEW_NEVER_SEEN'),
];

/** No venue has this code, so that only the status counts. */
const strange = 12_345_678;

const rows = [
  { testMarket: binanceSpot, venue: binance, refusals: ofSpot, status: 400 },
  { testMarket: binanceFutures, venue: binanceusdm, refusals: ofFutures, status: 400 },
  { testMarket: bybitSpot, venue: bybit, refusals: ofBybit, status: 200 },
  { testMarket: bybitLinear, venue: bybit, refusals: ofBybit, status: 200 },
  { testMarket: okxSpot, venue: okx, refusals: ofOkx, status: 200 },
  { testMarket: okxSwap, venue: okx, refusals: ofOkx, status: 200 },
  { testMarket: kucoinSpot, venue: kucoin, refusals: ofKucoin, status: 200 },
  { testMarket: bitgetSpot, venue: bitget, refusals: ofBitget, status: 400 },
  { testMarket: gateSpot, venue: gate, refusals: ofGate, status: 400 },
  { testMarket: gateSwap, venue: gate, refusals: ofGate, status: 400 },
  // Errors of Kraken are texts.
  { testMarket: krakenSpot, venue: kraken, refusals: ofKraken, status: 200, strange: 'EX:12345678' },
  { testMarket: coinbaseSpot, venue: coinbase, refusals: ofCoinbase, status: 200 },
];

test('each market of each proven exchange has its refusals', () => {
  expect(findMissing(rows.map(({ testMarket }) => testMarket))).toEqual([]);
});

/** Sends each error to one create, twice: Ripcord retries after errors of keys and clocks. */
async function createdWith(testMarket: TestMarket, errors: { status: number; code: Code; msg?: string }[]) {
  const { sim, close } = await startTrader(testMarket);
  const results = [];
  for (const [index, error] of errors.entries()) {
    sim.core.addFault({ kind: 'status', match: testMarket.create, times: 2, ...error });
    const result = await close({ clientOrderId: `close${index}` });
    results.push({
      code: error.code,
      kind: result.kind,
      ...('reason' in result && { reason: result.reason }),
    });
    sim.core.clearFaults();
  }
  expect(sim.core.orders().orders).toEqual([]);
  return results;
}

// From Binance's and Bybit's lists: time-outs, internal errors, and descriptions that prove nothing.
const unsettled: Record<ParentExchangeId, Code[]> = {
  binance: [-1000, -1001, -1006, -1007, -1008, -2011, -2013, -2026, -3000, -9999],
  binanceusdm: [-1000, -1001, -1006, -1007, -1008, -1010, -2011, -2013, -2020, -9999],
  okx: [1, 50001, 50004, 50005, 50013, 50026, 50042, 51054, 51149, 51400, 51402, 51410, 51603, 999999],
  kucoin: [100001, 100004, 126038, 126039, 126043, 230005, 500000, 501000, 503000, 504000, 505000, 900001],
  bitget: [40010, 40015, 40725, 40808, 40910, 43001, 43002, 43004, 45001, 45023, 50031, 70229, 99999],
  gate: [
    ...[
      'INTERNAL',
      'SERVER_ERROR',
      'INTERNAL_SERVER_ERROR',
      'TOO_BUSY',
      'SERVER_TIMEOUT',
      'DUPLICATE_REQUEST',
    ],
    ...['ACCOUNT_EXCEPTION', 'TOO_FAST', 'ORDER_NOT_FOUND', 'ORDER_CLOSED', 'ORDER_CANCELLED', 'CANCEL_FAIL'],
    ...['FAILED_RETRIEVE_ASSETS', 'NEVER_SEEN'],
  ],
  bybit: [
    -1, 429, 5004, 10000, 10014, 10016, 10017, 110001, 110079, 170001, 170007, 170032, 170035, 170142, 170146,
    170147, 170149, 170213, 170234, 999999,
  ],
  kraken: [
    ...['EService:Unavailable', 'EService:Busy', 'EService:Timeout', 'EGeneral:Internal error'],
    ...['EDatabase:Internal error', 'EFunding:Unknown reference id', 'ENever:Seen'],
  ],
  coinbase: [
    ...['UNKNOWN_FAILURE_REASON', 'PREVIEW_UNKNOWN_FAILURE_REASON', 'internal_server_error', 'INTERNAL'],
    ...['COMMANDER_REJECTED_NEW_ORDER', 'NOT_FOUND', 'ORDER_IS_FULLY_FILLED', 'NEVER_SEEN'],
  ],
};

describe.each(rows)('a create at $testMarket.name', ({ testMarket, venue, refusals, status }) => {
  test('is rejected with the reason of each code that proves that nothing was executed', async () => {
    const results = await createdWith(
      testMarket,
      refusals.map(({ code, msg }) => ({ status, code, msg })),
    );
    expect(results).toEqual(refusals.map(({ code, reason }) => ({ code, kind: 'rejected', reason })));
  });

  test('has an unknown outcome with any other code', async () => {
    const codes = unsettled[testMarket.exchange];
    const results = await createdWith(
      testMarket,
      codes.map((code) => ({ status, code })),
    );
    expect(results).toEqual(codes.map((code) => ({ code, kind: 'unknown' })));
  });

  test("has an unknown outcome when the venue's servers fail, with any code", async () => {
    const codes = [...new Set(refusals.map(({ code }) => code))].slice(0, 12);
    const errors = codes.map((code, index) => ({ status: [500, 502, 503, 504][index % 4] ?? 500, code }));
    expect(await createdWith(testMarket, errors)).toEqual(codes.map((code) => ({ code, kind: 'unknown' })));
  });

  test('has no reason for a code that is not listed here', () => {
    const listed = new Set(refusals.map(({ code }) => String(code)));
    for (let code = -10_000; code <= 200_000; code += 1) {
      if (listed.has(String(code))) continue;
      const wire = { status, code: String(code), hasCode: true, message: '' };
      if (findRejectReason(venue.errors, wire) !== undefined) expect.unreachable(`${code} is not tested`);
    }
    const others = ['', 'undefined', 'toString', '200', '403', '429', '3400045'];
    for (const code of others.filter((each) => !listed.has(each)))
      expect(findRejectReason(venue.errors, { status, code, hasCode: true, message: '' })).toBeUndefined();
  });
});

describe("Binance's error codes", () => {
  test.each([binanceSpot, binanceFutures])(
    'prove nothing in a response with 200, at $name',
    async (testMarket) => {
      expect(await createdWith(testMarket, [{ status: 200, code: -2019 }])).toEqual([
        { code: -2019, kind: 'unknown' },
      ]);
    },
  );
});

type Expected = Record<'absent' | 'denied' | 'finished' | 'passing', Code[]>;

const ofBinance: Expected = {
  absent: [-2013, -2011],
  denied: [-1002, -1022, -2014, -2015],
  finished: [-2026],
  passing: [-1000, -1001, -1003, -1007, -1021],
};

const expected: Record<ParentExchangeId, Expected> = {
  binance: ofBinance,
  binanceusdm: { ...ofBinance, finished: [] },
  bybit: {
    absent: [110001, 170213],
    denied: [-2015, 10003, 10004, 10005, 10007, 10010, 33004],
    finished: [110008, 110010, 170139, 170142, 170190],
    passing: [5004, 10000, 10002, 10006, 10016, 10018, 170007, 170222],
  },
  gate: {
    absent: ['ORDER_NOT_FOUND', 'CLIENT_ID_NOT_FOUND'],
    denied: [
      ...[
        'INVALID_CREDENTIALS',
        'INVALID_KEY',
        'INVALID_SIGNATURE',
        'READ_ONLY',
        'FORBIDDEN',
        'ACCOUNT_LOCKED',
      ],
      'IP_FORBIDDEN',
    ],
    finished: ['ORDER_CLOSED', 'ORDER_CANCELLED', 'ORDER_FINISHED'],
    passing: ['INTERNAL', 'SERVER_ERROR', 'TOO_BUSY', 'TOO_MANY_REQUESTS', 'REQUEST_EXPIRED'],
  },
  okx: {
    absent: [51063, 51400, 51527, 51603],
    denied: [
      50030, 50035, 50100, 50101, 50103, 50104, 50105, 50106, 50110, 50111, 50113, 50114, 50119, 50120,
    ],
    finished: [51401, 51402, 51412, 51416],
    passing: [50001, 50004, 50011, 50013, 50026, 50061, 50102, 51054],
  },
  kucoin: {
    absent: [100001, 126043],
    denied: [400003, 400004, 400005, 400006, 400007, 400008, 400009, 400010, 411100],
    finished: [100004],
    passing: [126038, 400002, 429000, 500000, 503000],
  },
  bitget: {
    absent: [22001, 40109, 43001, 43004, 45057],
    denied: [...bitgetKeys, 40014, 40018, 40038, 40085],
    finished: [45031, 45055, 50062],
    passing: [429, 40008, 40010, 40015, 40725, 40808, 45001],
  },
  kraken: {
    absent: ['EOrder:Unknown order', 'EOrder:Invalid order'],
    denied: krakenKeys,
    finished: [],
    passing: [
      ...['EService:Unavailable', 'EService:Busy', 'EGeneral:Internal error', 'EAPI:Rate limit exceeded'],
      'EService:Throttled',
    ],
  },
  coinbase: {
    absent: ['NOT_FOUND', 'UNKNOWN_CANCEL_ORDER'],
    denied: coinbaseKeys,
    finished: ['ORDER_IS_FULLY_FILLED'],
    passing: ['internal_server_error', 'INTERNAL', 'RESOURCE_EXHAUSTED', 'rate_limit_exceeded'],
  },
};

describe.each(rows)('a look-up and a cancel at $testMarket.name', (row) => {
  const { testMarket, venue, status } = row;
  const { absent, denied, finished, passing } = expected[testMarket.exchange];
  const unlisted = row.strange ?? strange;

  test('report no order for the codes that mean it', async () => {
    expect([...venue.notFoundCodes].sort()).toEqual(absent.map(String).sort());
    const { sim, exchange, market } = await startTrader(testMarket);
    for (const code of absent) {
      sim.core.addFault({ kind: 'status', match: testMarket.fetch, status, code });
      expect(await exchange.fetchOrder(market, { orderId: '1' })).toBeUndefined();
      sim.core.addFault({ kind: 'status', match: testMarket.cancel, status, code });
      expect(await exchange.cancelOrder(market, { orderId: '1' }, inFiveSeconds())).toEqual({
        kind: 'unconfirmed',
        reason: 'not-found',
        message: expect.stringContaining(String(code)),
      });
    }
  });

  test('never take an order that has ended for none, if only its client order id is known', async () => {
    const { sim, exchange, market } = await startTrader(testMarket);
    for (const code of finished.filter((each) => venue.endedCodes.get(String(each)) === 'read-fill')) {
      sim.core.addFault({ kind: 'status', match: testMarket.fetch, status, code });
      await expect(exchange.fetchOrder(market, { clientOrderId: 'none' })).rejects.toThrow();
    }
  });

  test('report a wrong key', async () => {
    expect([...venue.deniedCodes].sort()).toEqual(denied.map(String).sort());
    const { sim, exchange, market } = await startTrader(testMarket);
    for (const code of denied) {
      sim.core.addFault({ kind: 'status', match: testMarket.fetch, status, code });
      await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
        code: 'exchange-refused',
        message: expect.stringContaining(String(code)),
      });
      sim.core.addFault({ kind: 'status', match: testMarket.cancel, status, code });
      expect(await exchange.cancelOrder(market, { orderId: '1' }, inFiveSeconds())).toMatchObject({
        kind: 'denied',
        code: String(code),
      });
    }
  });

  test('leave a cancel unconfirmed after any other code', async () => {
    const { sim, exchange, market } = await startTrader(testMarket);
    for (const code of [...finished, ...passing, unlisted]) {
      sim.core.addFault({ kind: 'status', match: testMarket.cancel, status, code, times: 2 });
      const result = await exchange.cancelOrder(market, { orderId: '1' }, inFiveSeconds());
      expect(result).toEqual({
        kind: 'unconfirmed',
        reason: finished.includes(code) ? 'ended' : 'error',
        message: expect.stringContaining(String(code)),
      });
      sim.core.clearFaults();
    }
  });

  test.each([403, 418, 429, 500, 502, 503])('are retryable after a bare %i', async (bare) => {
    const { sim, exchange, market, close } = await startTrader(testMarket);
    const fault = { kind: 'status', status: bare, code: unlisted, msg: 'Busy.' } as const;
    sim.core.addFault({ ...fault, match: testMarket.create });
    expect(await close()).toEqual({
      ...{
        kind: 'unknown',
        code: String(unlisted),
        message: expect.stringMatching(/Busy\. \(.*12345678\)$/),
      },
    });
    sim.core.addFault({ ...fault, match: testMarket.fetch });
    await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
      code: 'exchange-unreachable',
    });
  });

  test('are retryable if the venue was only busy', async () => {
    const statusOf = (code: Code) =>
      status === 200 ? 200 : code === -1003 ? 429 : code === -1021 ? 400 : 503;
    for (const code of passing) {
      const { sim, exchange, market } = await startTrader(testMarket);
      sim.core.addFault({ kind: 'status', match: testMarket.fetch, status: statusOf(code), code, times: 2 });
      await expect(exchange.fetchOrder(market, { orderId: '1' })).rejects.toMatchObject({
        code: 'exchange-unreachable',
        message: expect.stringContaining(String(code)),
      });
    }
  });
});
