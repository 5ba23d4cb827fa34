/** The window: sandboxed, isolated, and unable to leave our own pages. */
import { BrowserWindow, shell } from 'electron';
import { APP_ORIGIN } from './app-scheme';

/** Of the panel in both themes, so that nothing flashes before the first paint. */
const BACKGROUND = { light: '#fbfbfa', dark: '#131412' };

/** @param page search and hash of the address; null: where the app begins */
export function createWindow(preload: string, page: string | null = null): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 720,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    title: 'Spoor',
    backgroundColor: BACKGROUND.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  window.webContents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event, url) => {
    if (url.startsWith(`${APP_ORIGIN}/`)) return;
    event.preventDefault();
    openOutside(url);
  });
  window.webContents.session.setPermissionRequestHandler((_contents, permission, decide) => {
    decide(permission === 'clipboard-sanitized-write' || permission === 'notifications');
  });
  showPage(window, page ?? '');
  return window;
}

export function showPage(window: BrowserWindow, page: string): void {
  void window.loadURL(`${APP_ORIGIN}/${page}`);
}

/** Links lead to the browser, or to a file in the editor, and nowhere else: span attributes are hostile text. */
function openOutside(url: string): void {
  if (/^(https?:\/\/|vscode:\/\/file\/)/i.test(url)) void shell.openExternal(url);
}
