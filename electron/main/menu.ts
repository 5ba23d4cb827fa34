/** The menu of the desktop: what the system expects of one, and files to import. Everything else is in the page. */
import { app, dialog, Menu, type MenuItemConstructorOptions } from 'electron';

/** @param openFiles imports the chosen files */
export function setMenu(openFiles: (files: readonly string[]) => void): void {
  const isMac = process.platform === 'darwin';
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: 'Import files…', accelerator: 'CmdOrCtrl+O', click: () => void chooseFiles(openFiles) },
      { type: 'separator' },
      isMac ? { role: 'close' } : { role: 'quit' },
    ],
  };
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      { role: 'reload' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      { type: 'separator' },
      { role: 'toggleDevTools' },
    ],
  };
  const menus: MenuItemConstructorOptions[] = [file, { role: 'editMenu' }, view, { role: 'windowMenu' }];
  Menu.setApplicationMenu(Menu.buildFromTemplate(isMac ? [{ role: 'appMenu', label: app.name }, ...menus] : menus));
}

async function chooseFiles(openFiles: (files: readonly string[]) => void): Promise<void> {
  const { canceled, filePaths } = await dialog.showOpenDialog({
    title: 'Import files',
    buttonLabel: 'Import',
    properties: ['openFile', 'multiSelections'],
  });
  if (!canceled) openFiles(filePaths);
}
