/** Whether a page that asks is one of this server's. @param origin as the browser says it @param host that was asked */
export function isOwnPage(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}
