import { exported, headers, type SenderGroup } from './sender';

export const codingAgents: SenderGroup = {
  title: 'Coding agents',
  senders: [
    {
      id: 'claude-code',
      title: 'Claude Code',
      lines: ({ http, wantsKey }) =>
        exported(
          [
            'CLAUDE_CODE_ENABLE_TELEMETRY=1',
            'CLAUDE_CODE_ENHANCED_TELEMETRY_BETA=1',
            'OTEL_TRACES_EXPORTER=otlp',
            'OTEL_LOGS_EXPORTER=otlp',
            'OTEL_METRICS_EXPORTER=otlp',
            'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
            `OTEL_EXPORTER_OTLP_ENDPOINT=${http}`,
            ...headers(wantsKey),
          ],
          'claude',
        ),
      note: 'Prompts are sent only with OTEL_LOG_USER_PROMPTS=1. “spoor run -- claude” sets all of this.',
    },
    {
      id: 'codex',
      title: 'Codex',
      lines: ({ http, wantsKey }) => {
        const exporter = (path: string): string =>
          `{ otlp-http = { endpoint = "${http}/v1/${path}", protocol = "binary"${
            wantsKey ? `, headers = { "authorization" = "Bearer \${SPOOR_API_KEY}" }` : ''
          } } }`;
        return `# ~/.codex/config.toml
[otel]
exporter = ${exporter('logs')}
trace_exporter = ${exporter('traces')}
metrics_exporter = ${exporter('metrics')}`;
      },
      note: 'Prompts are sent only with log_user_prompt = true under [otel]. “spoor run -- codex” passes the same as flags.',
    },
    {
      id: 'gemini-cli',
      title: 'Gemini CLI',
      lines: ({ http, wantsKey }) =>
        wantsKey
          ? null
          : exported(
              [
                'GEMINI_TELEMETRY_ENABLED=true',
                'GEMINI_TELEMETRY_TARGET=local',
                `GEMINI_TELEMETRY_OTLP_ENDPOINT=${http}`,
                'GEMINI_TELEMETRY_OTLP_PROTOCOL=http',
                'GEMINI_TELEMETRY_TRACES_ENABLED=true',
              ],
              'gemini',
            ),
      note: 'Prompts are sent unless GEMINI_TELEMETRY_LOG_PROMPTS=false. “spoor run -- gemini” sets all of this.',
    },
  ],
};
