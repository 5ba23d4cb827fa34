/** The desktop shell: one window over the same host as the headless shell. */
import { join } from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme, powerMonitor, safeStorage, shell } from 'electron';
import { createPrivately } from '../../services/store/private-folder';
import { failureText } from '../../services/store/start-error';
import { LINK_SCHEME, linkAmong, pageOfLink } from '../host/deep-link';
import { AlreadyRunningError, Host } from '../host/host';
import type { Keychain } from '../host/key-store';
import { closeAtLast } from '../host/last-resort';
import { loadSample } from '../host/load-sample';
import { jsonLog, plainLog } from '../host/log';
import { parseStart } from '../host/options';
import { builtPaths } from '../host/paths';
import { readyLine } from '../host/ready-line';
import { registerAppScheme, serveAppScheme } from './app-scheme';
import { connectRenderers } from './renderer-bridge';
import { createWindow, showPage } from './window';

// Before Chromium starts processes of its own.
createPrivately();

/** Our own arguments, set by the launcher: Chromium's and the test driver's stand among them in process.argv. */
function ownArguments(): string[] {
  return JSON.parse(process.env.SPOOR_ARGV ?? '[]') as string[];
}

/** A link of ours that we were started for; macOS hands it over by an event, maybe before there is a window. */
let link = linkAmong(process.argv);
let openLink = (wanted: string | null): void => {
  link = wanted;
};
app.on('open-url', (event, url) => {
  event.preventDefault();
  openLink(url);
});
// Unpacked, macOS and Linux know the program by its bundle or desktop file, which there is none of.
if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
else if (process.platform === 'win32') {
  app.setAsDefaultProtocolClient(LINK_SCHEME, process.execPath, [join(__dirname, 'index.js')]);
}

async function run(): Promise<void> {
  const options = parseStart(ownArguments(), process.env);
  const paths = builtPaths(__dirname);
  const log = (options.json ? jsonLog : plainLog)((line) => process.stderr.write(line));
  for (const warning of options.warnings) log('warn', warning);
  let host: Host | null = null;
  closeAtLast(
    log,
    () => host,
    (code) => {
      sayGoodbye();
      app.exit(code);
    },
  );
  // Chromium's own files (cache, cookies) belong to the data folder too.
  app.setPath('userData', join(options.dataDir, 'window'));
  const starting = Host.start({
    ...options,
    ...paths,
    log,
    desktop: true,
    uiPortMayMove: true,
    keychain: systemKeychain,
    onBattery: () => app.isReady() && powerMonitor.isOnBatteryPower(),
    link,
    leave: (message) => fail('Spoor has to close', message),
  });
  // Not handled until the window can show it.
  starting.catch(() => {});
  await app.whenReady();
  serveAppScheme(paths.rendererDir);
  host = await starting;
  connectRenderers(host);
  createWindow(paths.preload, log, pageOfLink(link ?? ''));
  host.onFocus(showWindow);
  app.on('activate', () => showWindow(null));
  openLink = showWindow;
  closeWithHost(host);
  announce(host, options.json);
  if (options.sample) await loadSample(host, log);

  function showWindow(wanted: string | null): void {
    const page = wanted === null ? null : pageOfLink(wanted);
    const [window] = BrowserWindow.getAllWindows();
    if (!window) {
      createWindow(paths.preload, log, page);
      return;
    }
    if (page !== null) showPage(window, log, page);
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }
}

/** Electron's safe storage, which on Linux needs a keyring; what it would only obscure is no keychain. */
function systemKeychain(): Keychain | null {
  if (!app.isReady() || !safeStorage.isEncryptionAvailable()) return null;
  // Electron 25 cannot say which it is, and has none rather than one that only obscures.
  const backend = 'getSelectedStorageBackend' in safeStorage ? safeStorage.getSelectedStorageBackend() : 'unknown';
  if (process.platform === 'linux' && backend === 'basic_text') return null;
  return {
    encrypt: (text) => safeStorage.encryptString(text),
    decrypt: (encrypted) => safeStorage.decryptString(encrypted),
  };
}

/** A window that only vanishes leaves its user in doubt about the data. */
function sayGoodbye(): void {
  if (process.env.SPOOR_NO_DIALOGS === '1' || !app.isReady()) return;
  dialog.showErrorBox(
    'Spoor has to close',
    'An unexpected error occurred. What programs sent until now is stored. Start Spoor again to go on.',
  );
}

function announce(host: Host, json: boolean): void {
  if (json) process.stdout.write(readyLine(host));
}

/** The database is closed before the process ends, whatever asked for the end. */
function closeWithHost(host: Host): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    void host.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
  process.on('SIGTERM', () => app.quit());
  process.on('SIGINT', () => app.quit());
}

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
nativeTheme.themeSource = 'system';
registerAppScheme();
run().catch((error: unknown) => {
  if (error instanceof AlreadyRunningError && error.running) {
    // The first instance has shown itself when it was asked; one without a window has pages in the browser.
    const page = link === null || error.running.desktop ? null : pageOfLink(link);
    if (page !== null) shell.openExternal(`${error.running.ui}/${page}`).catch(() => {});
    process.stdout.write(`Spoor is already running: ${error.running.ui}\n`);
    app.exit(0);
    return;
  }
  fail('Spoor could not start', failureText(error));
});

function fail(title: string, text: string): void {
  process.stderr.write(`spoor: ${text}\n`);
  if (process.env.SPOOR_NO_DIALOGS !== '1' && app.isReady()) dialog.showErrorBox(title, text);
  app.exit(1);
}
