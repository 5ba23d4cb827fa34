/** What `client.json` in the folder of a client says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { REPOSITORY } from '../fixtures/spoor';

const CLIENT = z.strictObject({
  language: z.enum(['python', 'node', 'go']),
  /** As its registry names them, the one whose version is told first. */
  packages: z.array(z.string()).min(1),
  /** That its program sets. */
  sessions: z.array(z.string()).default([]),
  users: z.array(z.string()).default([]),
  agents: z.array(z.string()).default([]),
  /** What this client does not send, by the fact that then cannot be shown, and why. */
  lacks: z.record(z.string(), z.string()).default({}),
  environment: z.record(z.string(), z.string()).default({}),
});

export type Client = z.infer<typeof CLIENT> & { readonly name: string; readonly folder: string };

export const CLIENTS_FOLDER = join(REPOSITORY, 'tests', 'clients');

export function readClient(name: string): Client {
  const folder = join(CLIENTS_FOLDER, name);
  const said = CLIENT.parse(JSON.parse(readFileSync(join(folder, 'client.json'), 'utf8')));
  return { ...said, name, folder };
}
