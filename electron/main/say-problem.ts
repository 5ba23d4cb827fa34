import { app, dialog } from 'electron';

/** A dialog that waits for the user; nothing before there can be one, or where SPOOR_NO_DIALOGS is 1. */
export function sayProblem(title: string, text: string): void {
  if (process.env.SPOOR_NO_DIALOGS !== '1' && app.isReady()) dialog.showErrorBox(title, text);
}
