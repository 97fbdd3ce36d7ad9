export type RejectionReason =
  | 'unknown_account'
  | 'unknown_market'
  | 'unknown_order'
  | 'insufficient_balance'
  | 'insufficient_margin'
  | 'amount_below_minimum'
  | 'amount_above_maximum'
  | 'amount_off_step'
  | 'market_amount_below_minimum'
  | 'market_amount_above_maximum'
  | 'market_amount_off_step'
  | 'price_off_tick'
  | 'notional_below_minimum'
  | 'notional_above_maximum'
  | 'market_closed'
  | 'duplicate_client_order_id'
  | 'would_trigger'
  | 'too_many_conditional_orders'
  | 'close_position_exists'
  | 'too_many_order_lists'
  | 'opo_not_allowed'
  | 'amend_increase'
  | 'amend_pending_paid'
  | 'too_many_amends'
  | 'exits_exceed_position'
  | 'too_many_exits'
  | 'would_take'
  | 'oco_prices'
  | 'reduce_only'
  | 'reduce_only_conflict'
  | 'position_side'
  | 'reduce_only_not_allowed'
  | 'cancel_restricted'
  | 'same_order'
  | 'amount_below_filled'
  | 'has_open_orders'
  | 'has_position'
  | 'not_fillable';

/** The exchange rejects a request. Each venue translates the reason into its own code and words. */
export class Rejection extends Error {
  readonly reason: RejectionReason;
  constructor(reason: RejectionReason, detail?: string) {
    super(detail === undefined ? reason : `${reason}: ${detail}`);
    this.name = 'Rejection';
    this.reason = reason;
  }
}
