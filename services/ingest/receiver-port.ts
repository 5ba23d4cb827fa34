/** A receiver's port: what is known of it, and the way to another when it is taken. */
import type { OtlpReceiver } from '../../core/api/contract';
import type { ListenAddress } from '../../core/api/workers';
import { freePortNear, PortTakenError } from '../net/listen';

export class ReceiverPort {
  private current: OtlpReceiver = { state: 'starting' };

  /** @param bind listens there and says where it does; throws PortTakenError, or the system's error */
  constructor(
    private readonly configured: ListenAddress,
    private readonly bind: (address: ListenAddress) => Promise<ListenAddress>,
    private readonly onState: (state: OtlpReceiver) => void,
  ) {}

  get state(): OtlpReceiver {
    return this.current;
  }

  /** Never throws: a port that cannot be had is a state that the user can change. */
  async start(address = this.configured): Promise<OtlpReceiver> {
    try {
      this.current = { state: 'listening', ...(await this.bind(address)) };
    } catch (error) {
      const taken = error instanceof PortTakenError ? error : null;
      this.current = {
        state: 'failed',
        message: error instanceof Error ? error.message : String(error),
        holder: taken?.holder ?? null,
        freePort: taken ? taken.freePort : await freePortNear(address),
      };
    }
    this.onState(this.current);
    return this.current;
  }

  async moveToFreePort(): Promise<OtlpReceiver> {
    if (this.current.state !== 'failed') return this.current;
    return this.start({ host: this.configured.host, port: this.current.freePort ?? 0 });
  }
}
