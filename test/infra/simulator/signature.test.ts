import { describe, expect, it } from 'vitest';
import { signedPayload } from '../../../infra/simulator/binance/signature.ts';
import { sign, verifySignature } from '../../../infra/simulator/server/hmac.ts';

// Binance's documented example.
const secret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j';
const payload =
  'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559';
const signature = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';

describe('signatures', () => {
  it("agree with Binance's documented example", () => {
    expect(sign(secret, payload)).toBe(signature);
    expect(verifySignature(secret, payload, signature)).toBe(true);
  });

  it('fail when one character of payload, secret or signature differs', () => {
    expect(verifySignature(secret, payload.replace('0.1', '0.2'), signature)).toBe(false);
    expect(verifySignature(`${secret}x`, payload, signature)).toBe(false);
    expect(verifySignature(secret, payload, signature.replace('c8', 'c9'))).toBe(false);
    expect(verifySignature(secret, payload, 'not hexadecimal')).toBe(false);
  });

  it("cover the query followed by the body, as in Binance's mixed example", () => {
    const mixed = signedPayload(
      'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC',
      'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559&signature=0fd168b8',
    );
    expect(mixed).toEqual({
      payload:
        'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
      signature: '0fd168b8',
    });
    // The signature that Binance's documentation prints for the mixed request.
    expect(sign(secret, mixed.payload)).toBe(
      '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77',
    );
  });
});
