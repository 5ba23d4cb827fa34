import type { Host } from './host';

/** What `--json` prints once OTLP is accepted: one line, a contract with scripts. */
export function readyLine(host: Host): string {
  const ready = {
    ready: true,
    ui: host.ui,
    token: host.token,
    otlpHttp: host.otlpHttpUrl,
    otlpGrpc: host.otlpGrpcTarget,
    dataDir: host.dataDir,
    pid: process.pid,
  };
  return `${JSON.stringify(ready)}\n`;
}
