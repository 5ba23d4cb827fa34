/** Joins each page to the gateway: a MessagePort to the page, relayed, because Electron's ports and Node's are not the same. */
import { ipcMain, MessageChannelMain } from 'electron';
import { CONNECT_CHANNEL, PORT_LOST, PORT_MESSAGE } from '../../core/api/desktop';
import type { Host } from '../host/host';
import { APP_ORIGIN } from './app-scheme';

export function connectRenderers(host: Host): void {
  ipcMain.on(CONNECT_CHANNEL, (event) => {
    const { senderFrame } = event;
    // Only the top frame of our own page gets the data.
    if (!senderFrame || senderFrame.parent !== null || !senderFrame.url.startsWith(`${APP_ORIGIN}/`)) return;
    const { port1, port2 } = new MessageChannelMain();
    const connection = host.connectRenderer(
      (message) => port1.postMessage(message),
      () => port1.postMessage(PORT_LOST),
    );
    port1.on('message', ({ data }) => connection.send(data));
    port1.on('close', () => connection.close());
    port1.start();
    senderFrame.postMessage(PORT_MESSAGE, null, [port2]);
  });
}
