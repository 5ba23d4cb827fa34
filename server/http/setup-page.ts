/** The page of the link that the first start prints: it makes the first owner, and says where to send traces. */

export const SETUP_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Set up Spoor</title>
<style>
  :root { --ground: #fbfbfa; --panel: #fff; --line: #d6d4ce; --text: #1c1b19; --second: #5c5a54; --accent: #0b6e69; --error: #c02626; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #131412; --panel: #191a18; --line: #3a3d38; --text: #ecebe6; --second: #a9a79f; --accent: #4fc4b8; --error: #ff7b72; }
  }
  body { margin: 0; background: var(--ground); color: var(--text); font: 14px/1.5 system-ui, sans-serif; }
  main { max-width: 420px; margin: 12vh auto 0; padding: 0 20px; }
  h1 { font-size: 18px; margin: 0 0 4px; }
  p { margin: 0 0 16px; color: var(--second); }
  label { display: block; margin: 0 0 12px; font-weight: 500; }
  input { display: block; box-sizing: border-box; width: 100%; margin-top: 4px; padding: 7px 9px; font: inherit; color: inherit;
    background: var(--panel); border: 1px solid var(--line); border-radius: 5px; }
  input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  small { color: var(--second); font-weight: 400; }
  button { margin-top: 4px; padding: 7px 14px; font: inherit; font-weight: 500; color: var(--ground); background: var(--accent); border: 0; border-radius: 5px; }
  button:disabled { opacity: .6; }
  h1:focus { outline: none; }
  a { color: var(--accent); }
  pre { padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.6 ui-monospace, monospace; background: var(--panel); border: 1px solid var(--line); border-radius: 5px; }
  #error { color: var(--error); min-height: 1.5em; margin: 12px 0 0; }
</style>
</head>
<body>
<main>
  <form id="form">
    <h1>Set up Spoor</h1>
    <p>You will own this server's first workspace.</p>
    <label>Your name<input name="name" required maxlength="200" autocomplete="name" autofocus></label>
    <label>E-mail<input name="email" type="email" required maxlength="254" autocomplete="username"></label>
    <label>Password <small>at least 12 characters</small>
      <input name="password" type="password" required minlength="12" maxlength="200" autocomplete="new-password"></label>
    <label>Workspace <small>your team's name, for example</small><input name="workspaceName" required maxlength="200"></label>
    <button>Create</button>
    <p id="error" role="alert"></p>
  </form>
  <section id="done" hidden>
    <h1 tabindex="-1">Ready</h1>
    <p>Send traces with this key. It is shown this once; you can make others, and take this one back.</p>
    <pre id="lines"></pre>
    <p><a href="/">Open Spoor</a></p>
  </section>
</main>
<script type="module" src="/setup.js"></script>
</body>
</html>
`;

export const SETUP_SCRIPT = `const form = document.getElementById('form');
const error = document.getElementById('error');
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
// The secret does not stay in the address.
history.replaceState(null, '', location.pathname);

async function ask(path, body, access) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(access && { authorization: 'Bearer ' + access }) },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const details = (answer.error.details ?? []).map(({ field, message }) => field + ': ' + message);
  throw new Error([answer.error.message, ...details].join(' '));
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  error.textContent = '';
  try {
    const { accessToken } = await ask('/v1/auth/setup', { token, ...Object.fromEntries(new FormData(form)) });
    const project = await ask('/v1/projects', { name: 'default' }, accessToken);
    const { key } = await ask('/v1/projects/' + project.id + '/api-keys', { name: 'first', scopes: ['ingest'] }, accessToken);
    document.getElementById('lines').textContent =
      'export OTEL_EXPORTER_OTLP_ENDPOINT=' + location.origin + '\\n' +
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\\n' +
      'export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer ' + key + '"';
    form.hidden = true;
    const done = document.getElementById('done');
    done.hidden = false;
    done.querySelector('h1').focus();
  } catch (problem) {
    error.textContent = problem.message;
    button.disabled = false;
  }
});
`;
