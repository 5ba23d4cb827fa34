/** Binds servers to ports, and says who is in the way when one is taken. */
import { createServer, type Server } from 'node:net';
import type { ListenAddress } from '../../core/api/workers';
import { portHolder } from './port-holder';

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(
    readonly address: ListenAddress,
    readonly holder: string | null,
    readonly freePort: number | null,
  ) {
    super(`Port ${address.port} is taken by ${holder ?? 'another process'}.`);
  }
}

/** How far beyond a taken port a free one is looked for. */
const NEIGHBOURS = 20;

/** @returns the address bound, with the port chosen for port 0. @throws PortTakenError, or the system's error. */
export async function listen(server: Server, address: ListenAddress): Promise<ListenAddress> {
  try {
    return { host: address.host, port: await bind(server, address) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortTakenError(address, await portHolder(address.port), await freePortNear(address));
  }
}

/** A free port close to a taken one, else any; null when none can be had. */
export async function freePortNear({ host, port }: ListenAddress): Promise<number | null> {
  for (let candidate = port + 1; candidate <= Math.min(port + NEIGHBOURS, 65_535); candidate++) {
    if ((await tryPort({ host, port: candidate })) !== null) return candidate;
  }
  return tryPort({ host, port: 0 });
}

async function tryPort(address: ListenAddress): Promise<number | null> {
  const probe = createServer();
  try {
    return await bind(probe, address);
  } catch {
    return null;
  } finally {
    probe.close();
  }
}

function bind(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}
