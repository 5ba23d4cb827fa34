import type { Channel } from '../../core/api/rpc/channel';

/** What a transport calls with each channel it opens; `closed` resolves when that one is gone. */
export type Attach = (channel: Channel, closed: Promise<void>) => void;
