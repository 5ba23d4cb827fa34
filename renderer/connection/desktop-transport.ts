/** Reaches the gateway through the desktop window's port. */
import { DESKTOP_GLOBAL, PORT_LOST, PORT_MESSAGE, type SpoorDesktop } from '../../core/api/desktop';
import type { Channel } from '../../core/api/rpc/channel';
import type { Attach } from './attach';

export function desktopBridge(): SpoorDesktop | null {
  return ((window as unknown as Record<string, unknown>)[DESKTOP_GLOBAL] as SpoorDesktop | undefined) ?? null;
}

export function connectDesktop(desktop: SpoorDesktop, attach: Attach): void {
  window.addEventListener('message', (event) => {
    if (event.source !== window || event.data !== PORT_MESSAGE || !event.ports[0]) return;
    const port = event.ports[0];
    let lost = (): void => {};
    const closed = new Promise<void>((resolve) => {
      lost = resolve;
    });
    port.addEventListener('message', ({ data }) => {
      if (data !== PORT_LOST) return;
      // The main process has joined the port to a new thread; only what was under way is lost.
      lost();
      port.close();
      desktop.connect();
    });
    port.start();
    attach(channelOf(port), closed);
  });
  desktop.connect();
}

function channelOf(port: MessagePort): Channel {
  return {
    send: (message, transfer) => port.postMessage(message, transfer),
    listen(hear, lost) {
      port.addEventListener('message', ({ data }) => hear(data));
      port.addEventListener('messageerror', () => lost(new Error('it is no value')));
    },
  };
}
