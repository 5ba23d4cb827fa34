/** The renderer's files under `spoor-app://app/`: a real origin of our own, unlike file://, with the same headers as over HTTP. */
import { protocol } from 'electron';
import { SECURITY_HEADERS } from '../../core/api/security-headers';
import { StaticFiles } from '../../services/net/static-files';

const SCHEME = 'spoor-app';
export const APP_ORIGIN = `${SCHEME}://app`;

/** Before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function serveAppScheme(rendererDir: string): void {
  const files = StaticFiles.below(rendererDir);
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    const file = url.host === 'app' ? await (await files).get(url.pathname) : null;
    if (!file) return new Response('There is no such page.\n', { status: 404 });
    return new Response(file.body, { headers: { 'content-type': file.type, ...SECURITY_HEADERS } });
  });
}
