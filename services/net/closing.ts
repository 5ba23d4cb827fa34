/** How servers end: what has arrived is answered, for a while. */
import type { Server } from 'node:http';

const LOOK_MS = 50;

/** Takes no more connections, answers what has come or is coming, and cuts off what is left when the time is up. */
export async function closeServer(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await closed;
  clearInterval(idle);
  clearTimeout(deadline);
}
