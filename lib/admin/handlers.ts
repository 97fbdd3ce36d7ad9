import { addAccount } from './accounts/add.ts';
import { checkAccount } from './accounts/check.ts';
import { listAccounts } from './accounts/list.ts';
import { showMarket } from './accounts/market.ts';
import { listOpen } from './accounts/open.ts';
import { removeAccount } from './accounts/remove.ts';
import type { AdminServices } from './admin-services.ts';
import type { CommandInput, CommandName, CommandResult } from './contract/commands.ts';
import { listChanges } from './history/changes.ts';
import { listHistory } from './history/list.ts';
import { armLink } from './links/arm.ts';
import { createLink } from './links/create.ts';
import { listLinks } from './links/list.ts';
import { pauseLinks, resumeLinks } from './links/pause.ts';
import { planLink } from './links/plan.ts';
import { previewLink, previewPosition } from './links/preview-link.ts';
import { revokeLink } from './links/revoke.ts';
import { updateLink } from './links/update.ts';
import { addChannel } from './notify/add.ts';
import { listChannels } from './notify/list.ts';
import { removeChannel } from './notify/remove.ts';
import { testChannels } from './notify/test.ts';
import { adoptPosition } from './positions/adopt.ts';
import { listCandles } from './positions/candles.ts';
import { closePosition } from './positions/close.ts';
import { closeAllPositions } from './positions/close-all.ts';
import { editPosition } from './positions/edit.ts';
import { forgetPosition } from './positions/forget.ts';
import { getPosition } from './positions/get.ts';
import { listPositions } from './positions/list.ts';
import { openPosition } from './positions/open.ts';
import { listPrices } from './positions/prices.ts';
import { resolvePosition } from './positions/resolve.ts';
import { setExits } from './positions/set-exits.ts';
import { checkRestored } from './restore/check-position.ts';
import { pauseEachLink } from './restore/pause-links.ts';
import { verifyVenue } from './venues/verify.ts';

/** From a command's parsed input to its result. A handler throws a Fault for everything that it refuses. */
type Handlers = {
  [Name in CommandName]: (services: AdminServices, input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

export const handlers: Handlers = {
  'positions.adopt': adoptPosition,
  'positions.open': openPosition,
  'positions.setExits': setExits,
  'positions.edit': editPosition,
  'positions.list': listPositions,
  'positions.get': getPosition,
  'positions.candles': listCandles,
  'positions.prices': listPrices,
  'positions.forget': forgetPosition,
  'positions.close': closePosition,
  'positions.closeAll': closeAllPositions,
  'positions.resolve': resolvePosition,
  'positions.preview': previewPosition,
  'history.list': listHistory,
  'changes.list': listChanges,
  'links.create': createLink,
  'links.plan': planLink,
  'links.list': listLinks,
  'links.preview': previewLink,
  'links.pause': pauseLinks,
  'links.resume': resumeLinks,
  'links.revoke': revokeLink,
  'links.arm': armLink,
  'links.update': updateLink,
  'notify.list': listChannels,
  'notify.add': addChannel,
  'notify.remove': removeChannel,
  'notify.test': testChannels,
  'accounts.add': addAccount,
  'accounts.list': listAccounts,
  'accounts.open': listOpen,
  'accounts.market': showMarket,
  'accounts.remove': removeAccount,
  'accounts.check': checkAccount,
  'restore.pauseLinks': pauseEachLink,
  'restore.checkPosition': checkRestored,
  'venues.verify': verifyVenue,
};
