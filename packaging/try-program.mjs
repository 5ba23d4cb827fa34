/** Starts the packaged program as a user would, sends a span, and reads its name off the window. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';

const START_MS = 120_000;
const RETRY_MS = 500;

/** @param {string} program path of the executable */
export async function tryProgram(program) {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-package-'));
  const onDisplay = process.platform === 'linux' && !process.env.DISPLAY;
  // Chromium refuses its sandbox to root, and says so only by dying.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const args = [...sandbox, '--remote-debugging-port=0', '--json', '--data-dir', folder];
  const ports = ['--otlp-http', '127.0.0.1:0', '--otlp-grpc', '127.0.0.1:0', '--ui', '127.0.0.1:0'];
  const [command, ...parameters] = onDisplay ? ['xvfb-run', '-a', program] : [program];
  const child = spawn(command, [...parameters, ...args, ...ports], {
    // A group of its own: xvfb-run does not pass signals on.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    const ready = JSON.parse(await lineOf(child.stdout, /^\{"ready".*/m));
    const debugging = (await lineOf(child.stderr, /DevTools listening on (ws:\/\/\S+)/)).replace(/^.*(?=ws:)/, '');
    await send(ready.otlpHttp);
    await shows(new URL(debugging).port, 'packaged-operation');
    process.kill(ready.pid, 'SIGTERM');
    const code = await exited;
    if (code !== 0) throw new Error(`The packaged program ended with ${code}.`);
  } finally {
    end(child.pid);
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${program} starts, receives, shows and stops.\n`);
}

/** Resolves once the window has the text. @throws after two minutes, with what it has instead */
async function shows(debugPort, text) {
  const pages = await (await fetch(`http://127.0.0.1:${debugPort}/json`)).json();
  const socket = new WebSocket(pages.find(({ type }) => type === 'page').webSocketDebuggerUrl);
  await once(socket, 'open');
  try {
    let shown = '';
    for (let id = 1; id * RETRY_MS < START_MS; id++) {
      const answer = once(socket, 'message');
      const params = { expression: 'document.body.innerText', returnByValue: true };
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
      const [data] = await answer;
      shown = JSON.parse(String(data)).result.result.value;
      if (shown.includes(text)) return;
      await setTimeout(RETRY_MS);
    }
    throw new Error(`The window does not show ${text}, but:\n${shown}`);
  } finally {
    socket.terminate();
  }
}

/** What is left of a group of processes. */
function end(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing is.
  }
}

async function send(otlpHttp) {
  const start = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'packaged-operation',
    kind: 2,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 5_000_000n),
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  let response = await fetch(`${otlpHttp}/v1/traces`, request);
  // As exporters do while the database opens.
  for (let waited = 0; response.status === 503 && waited < START_MS; waited += RETRY_MS) {
    await setTimeout(RETRY_MS);
    response = await fetch(`${otlpHttp}/v1/traces`, request);
  }
  if (!response.ok) throw new Error(`The packaged program answered ${response.status} to an export.`);
}

/** The first line of a stream that matches. @throws when it ends before, or after two minutes */
function lineOf(stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = globalThis.setTimeout(() => reject(new Error(`no ${pattern} within two minutes: ${text}`)), START_MS);
    stream.on('data', (chunk) => {
      text += chunk;
      const [line] = pattern.exec(text) ?? [];
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(line);
    });
    stream.once('end', () => reject(new Error(`it ended without ${pattern}: ${text}`)));
  });
}
