/**
 * `https://app.example.com`, `https://*.example.com`, `http://tools.local:*`; of apps, `tauri://localhost`; `file://`, which some web views
 * say, and `null`, which browsers say of files, and of any page that another site puts into a sandbox.
 */
export function isOrigin(text: string): boolean {
  if (text === 'null' || text === 'file://') return true;
  return /^[a-z][a-z\d+.-]{0,30}:\/\/(\*\.)?[\w.-]+(:(\d{1,5}|\*))?$/.test(text);
}
