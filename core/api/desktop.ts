/** What the desktop window offers its page: one object with one method. Data goes through the port that it asks for. */
export interface SpoorDesktop {
  /** Asks for a port; it arrives as a window message `PORT_MESSAGE` with the port. */
  connect(): void;
}

export const DESKTOP_GLOBAL = 'spoorDesktop';
export const CONNECT_CHANNEL = 'spoor:connect';
export const PORT_MESSAGE = 'spoor:port';
/** Sent over the port when the thread behind it is gone. */
export const PORT_LOST = 'spoor:port-lost';
