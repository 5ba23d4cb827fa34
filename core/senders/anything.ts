import { exported, headers, KEY, type SenderGroup } from './sender';

export const anything: SenderGroup = {
  title: 'Anything',
  senders: [
    {
      id: 'env',
      title: 'Any SDK',
      lines: ({ http, wantsKey }) =>
        exported(
          [
            `OTEL_EXPORTER_OTLP_ENDPOINT=${http}`,
            'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
            ...headers(wantsKey),
            'OTEL_SERVICE_NAME=my-service',
          ],
          '# then start your program as always',
        ),
      note: 'These are the variables of OpenTelemetry, which its SDKs read in every language.',
    },
    {
      id: 'collector',
      title: 'Collector',
      lines: ({ http, wantsKey }) => `exporters:
  otlphttp/spoor:
    endpoint: ${http}${wantsKey ? `\n    headers:\n      authorization: Bearer \${env:SPOOR_API_KEY}` : ''}
service:
  pipelines:
    # Add it to the exporters of the pipelines that you have.
    traces:
      receivers: [otlp]
      exporters: [otlphttp/spoor]
    metrics:
      receivers: [otlp]
      exporters: [otlphttp/spoor]
    logs:
      receivers: [otlp]
      exporters: [otlphttp/spoor]`,
      note: 'On the same machine, one of the two needs other ports than 4317 and 4318. In a container, this machine is host.docker.internal.',
    },
    {
      id: 'curl',
      title: 'curl',
      lines: ({
        http,
        wantsKey,
      }) => `curl -i ${http}/v1/traces -H 'Content-Type: application/json'${wantsKey ? ` -H "authorization: Bearer ${KEY}"` : ''} -d '{
  "resourceSpans": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "curl"}}]},
    "scopeSpans": [{"spans": [{
      "traceId": "'$(openssl rand -hex 16)'", "spanId": "'$(openssl rand -hex 8)'",
      "name": "hello", "kind": 1,
      "startTimeUnixNano": "'$(date +%s)'000000000", "endTimeUnixNano": "'$(date +%s)'250000000"
    }]}]
  }]
}'`,
    },
  ],
};
