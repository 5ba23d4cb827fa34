/** The desktop shell: one window over the same host as the headless shell. */
import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, powerMonitor, safeStorage, shell } from 'electron';
import type { RunningInstance } from '../../services/store/instance-lock';
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
import { runningApi } from '../host/running-api';
import { registerAppScheme, serveAppScheme } from './app-scheme';
import { keepAlive } from './keep-alive';
import { setMenu } from './menu';
import { importFiles } from './open-files';
import { ownArguments } from './own-arguments';
import { connectRenderers } from './renderer-bridge';
import { sayProblem } from './say-problem';
import { createWindow, showPage } from './window';

// Before Chromium starts processes of its own.
createPrivately();

/** Set by the launcher of a checkout, where there may be the test driver's among the process's own. */
const arguments_ = ownArguments(process.env.SPOOR_ARGV ?? (app.isPackaged ? undefined : '[]'), process.argv);

/** A link of ours that we were started for; macOS hands it over by an event, maybe before there is a window. */
let link = linkAmong(process.argv);
let openLink = (wanted: string | null): void => {
  link = wanted;
};
app.on('open-url', (event, url) => {
  event.preventDefault();
  openLink(url);
});
/** Files to open that there is no host for yet. */
const files = [...arguments_.files];
let openFiles = (more: readonly string[]): void => {
  files.push(...more);
};
app.on('open-file', (event, file) => {
  event.preventDefault();
  openFiles([file]);
});
// Unpacked, macOS and Linux know the program by its bundle or desktop file, which there is none of.
if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
else if (process.platform === 'win32') {
  app.setAsDefaultProtocolClient(LINK_SCHEME, process.execPath, [join(__dirname, 'index.js')]);
}

async function run(): Promise<void> {
  const options = parseStart(arguments_.options, process.env);
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
  const windowFolder = join(options.dataDir, 'window');
  app.setPath('userData', windowFolder);
  const stateFile = join(windowFolder, 'window-state.json');
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
  const open = (page: string | null): void => {
    const window = createWindow({ preload: paths.preload, log, page, stateFile });
    keepAlive(window, log);
  };
  open(pageOfLink(link ?? ''));
  host.onFocus(showWindow);
  app.on('activate', () => showWindow(null));
  openLink = showWindow;
  openFiles = (more) => {
    take(more).catch((error: unknown) => sayNotImported(failureText(error)));
  };
  setMenu(openFiles);
  openFiles(files);
  closeWithHost(host);
  announce(host, options.json);
  if (options.sample) await loadSample(host, log);

  async function take(opened: readonly string[]): Promise<void> {
    if (opened.length === 0) return;
    const failures = await importFiles(opened, await runningApi(options));
    showWindow(`${LINK_SCHEME}://app/#/traces`);
    if (failures !== '') sayNotImported(failures);
  }

  function sayNotImported(text: string): void {
    log('warn', text);
    sayProblem('Not everything was imported', text);
  }

  function showWindow(wanted: string | null): void {
    const page = wanted === null ? null : pageOfLink(wanted);
    const [window] = BrowserWindow.getAllWindows();
    if (!window) {
      open(page);
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
  sayProblem(
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
run()
  .catch((error: unknown) => {
    if (error instanceof AlreadyRunningError && error.running) return handOver(error.running);
    throw error;
  })
  .catch((error: unknown) => fail('Spoor could not start', failureText(error)));

/** To the instance that runs, which has shown itself when it was asked; one without a window has pages in the browser. */
async function handOver({ desktop, ui }: RunningInstance): Promise<void> {
  const page = link === null || desktop ? null : pageOfLink(link);
  if (page !== null) shell.openExternal(`${ui}/${page}`).catch(() => {});
  process.stdout.write(`Spoor is already running: ${ui}\n`);
  const failures =
    files.length > 0 ? await importFiles(files, await runningApi(parseStart(arguments_.options, process.env))) : '';
  if (failures !== '') fail('Not everything was imported', failures);
  else app.exit(0);
}

function fail(title: string, text: string): void {
  process.stderr.write(`spoor: ${text}\n`);
  sayProblem(title, text);
  app.exit(1);
}
