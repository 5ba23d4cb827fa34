/** How to point a program at this Spoor: complete enough to paste, with the port that is really open. */
export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly code: string;
}

const GO_HEADER = `,
    otlptracehttp.WithHeaders(map[string]string{"authorization": "Bearer " + os.Getenv("SPOOR_API_KEY")})`;
/** Of a shell: where a team server's key is put in. */
const KEY = '$SPOOR_API_KEY';

/** @param wantsKey a team server takes nothing without one */
export function snippetsFor(endpoint: string, wantsKey: boolean): Snippet[] {
  const header = wantsKey ? `OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer ${KEY}"` : '';
  return [
    {
      id: 'env',
      title: 'Any SDK',
      code: `export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf${header && `\nexport ${header}`}
export OTEL_SERVICE_NAME=my-service
# then start your program as always`,
    },
    {
      id: 'node',
      title: 'Node',
      code: `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node

OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} \\
${header && `${header} \\\n`}OTEL_TRACES_EXPORTER=otlp OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp \\
OTEL_SERVICE_NAME=my-service \\
node --require @opentelemetry/auto-instrumentations-node/register app.js`,
    },
    {
      id: 'python',
      title: 'Python',
      code: `pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http
opentelemetry-bootstrap -a install

OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} \\
OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf \\
${header && `${header} \\\n`}OTEL_METRICS_EXPORTER=otlp OTEL_LOGS_EXPORTER=otlp \\
OTEL_SERVICE_NAME=my-service \\
opentelemetry-instrument python app.py`,
    },
    {
      id: 'go',
      title: 'Go',
      code: `// go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp
exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("${endpoint}/v1/traces")${wantsKey ? GO_HEADER : ''})
if err != nil {
    log.Fatal(err)
}
provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
defer provider.Shutdown(ctx)
otel.SetTracerProvider(provider)`,
    },
    {
      id: 'curl',
      title: 'curl',
      code: `curl -i ${endpoint}/v1/traces -H 'Content-Type: application/json'${wantsKey ? ` -H "authorization: Bearer ${KEY}"` : ''} -d '{
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
  ];
}
