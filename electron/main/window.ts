/** The window: sandboxed, isolated, and unable to leave our own pages. */
import { BrowserWindow, type Session, shell } from 'electron';
import type { Log } from '../../services/log';
import { APP_ORIGIN } from './app-scheme';
import { keepWindowState, keptWindowState } from './window-state';

/** Of the panel in both themes, so that nothing flashes before the first paint. */
const BACKGROUND = { light: '#fbfbfa', dark: '#131412' };

interface WindowOptions {
  readonly preload: string;
  readonly log: Log;
  /** Search and hash of the address; null: where the app begins. */
  readonly page: string | null;
  /** Where its place and size are kept. */
  readonly stateFile: string;
}

export function createWindow({ preload, log, page, stateFile }: WindowOptions): BrowserWindow {
  const kept = keptWindowState(stateFile);
  const window = new BrowserWindow({
    ...(kept?.bounds ?? { width: 1440, height: 900 }),
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
  keepWindowState(window, stateFile);
  window.once('ready-to-show', () => {
    if (kept?.maximized) window.maximize();
    window.show();
  });
  window.webContents.setWindowOpenHandler(({ url }) => {
    openOutside(url, log);
    return { action: 'deny' };
  });
  window.webContents.on('will-navigate', (event, url) => {
    if (isOurs(url)) return;
    event.preventDefault();
    openOutside(url, log);
  });
  // Chromium asks nobody before it goes to about:blank, which is no page of ours and has none of our policy.
  window.webContents.on('did-navigate', (_event, url) => {
    if (!isOurs(url)) showPage(window, log, '');
  });
  window.webContents.on('will-attach-webview', (event) => event.preventDefault());
  permit(window.webContents.session);
  showPage(window, log, page ?? '');
  return window;
}

const PERMITTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications']);

/** What a page may do without a question: a check is what scripts see before they ask, and decides alone where nothing is asked. */
function permit(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide) => {
    decide(PERMITTED.has(permission) && isOurs(contents.getURL()));
  });
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => PERMITTED.has(permission) && isOurs(`${origin.replace(/\/$/, '')}/`),
  );
  session.setDevicePermissionHandler(() => false);
}

function isOurs(url: string): boolean {
  return url.startsWith(`${APP_ORIGIN}/`);
}

export function showPage(window: BrowserWindow, log: Log, page: string): void {
  // It also rejects when the next page is asked for before this one is there.
  window.loadURL(`${APP_ORIGIN}/${page}`).catch((error: Error) => {
    log('warn', 'a page was not loaded', { error: error.message });
  });
}

/** Links lead to the browser, or to a file in the editor, and nowhere else: span attributes are hostile text. */
function openOutside(url: string, log: Log): void {
  if (!/^(https?:\/\/|vscode:\/\/file\/)/i.test(url)) return;
  shell.openExternal(url).catch((error: Error) => {
    log('warn', 'no program of this machine opens the link', { url, error: error.message });
  });
}
