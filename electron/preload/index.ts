/** The one narrow object that the page gets. Nothing of Electron or Node crosses into it. */
import { contextBridge, ipcRenderer } from 'electron';
import { CONNECT_CHANNEL, DESKTOP_GLOBAL, PORT_MESSAGE, type SpoorDesktop } from '../../core/api/desktop';

ipcRenderer.on(PORT_MESSAGE, (event) => {
  window.postMessage(PORT_MESSAGE, window.location.origin, event.ports);
});

const desktop: SpoorDesktop = {
  connect: () => ipcRenderer.send(CONNECT_CHANNEL),
};
contextBridge.exposeInMainWorld(DESKTOP_GLOBAL, desktop);
