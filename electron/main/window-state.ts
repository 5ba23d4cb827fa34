/** Where the window was and how large, kept in the data folder from one start to the next. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type BrowserWindow, type Rectangle, screen } from 'electron';

interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

/** Enough of a title bar to take hold of. */
const GRASP_PX = 80;

/** Null where none is kept, or none of today's displays shows it: a window that nobody sees cannot be moved. */
export function keptWindowState(file: string): WindowState | null {
  const state = read(file);
  if (state === null) return null;
  const { x, y, width } = state.bounds;
  const isVisible = screen.getAllDisplays().some(({ workArea }) => {
    const left = Math.max(x, workArea.x);
    const right = Math.min(x + width, workArea.x + workArea.width);
    return right - left >= GRASP_PX && y >= workArea.y && y <= workArea.y + workArea.height - GRASP_PX;
  });
  return isVisible ? state : null;
}

/** Keeps it when the window closes. */
export function keepWindowState(window: BrowserWindow, file: string): void {
  window.on('close', () => {
    const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, JSON.stringify(state));
    } catch {
      // A full disk: the next window opens where windows open.
    }
  });
}

function read(file: string): WindowState | null {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isWindowState(state) ? state : null;
  } catch {
    // Not there yet, or cut short.
    return null;
  }
}

function isWindowState(value: unknown): value is WindowState {
  if (typeof value !== 'object' || value === null || !('bounds' in value) || !('maximized' in value)) return false;
  const { bounds, maximized } = value;
  if (typeof bounds !== 'object' || bounds === null || typeof maximized !== 'boolean') return false;
  const sides = ['x', 'y', 'width', 'height'].map((side) => Object.entries(bounds).find(([key]) => key === side)?.[1]);
  return sides.every((side) => Number.isInteger(side));
}
