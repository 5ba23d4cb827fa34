import { ALL_SIGNALS, before, type SenderGroup } from './sender';

const GO_HEADER = `,
    otlptracehttp.WithHeaders(map[string]string{"authorization": "Bearer " + os.Getenv("SPOOR_API_KEY")})`;

export const languages: SenderGroup = {
  title: 'Languages',
  senders: [
    {
      id: 'node',
      title: 'Node',
      lines: (target) => `npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node

${before('node --require @opentelemetry/auto-instrumentations-node/register app.js', target, [ALL_SIGNALS])}`,
      note: 'A program of ES modules needs --experimental-loader=@opentelemetry/instrumentation/hook.mjs as well.',
    },
    {
      id: 'python',
      title: 'Python',
      lines: (target) => `pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http
opentelemetry-bootstrap -a install

${before('opentelemetry-instrument python app.py', target, [ALL_SIGNALS])}`,
      note: 'Install them into the environment of your program: the second command looks at what is installed there.',
    },
    {
      id: 'go',
      title: 'Go',
      lines: ({
        http,
        wantsKey,
      }) => `// go get go.opentelemetry.io/otel/sdk go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp
exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("${http}/v1/traces")${wantsKey ? GO_HEADER : ''})
if err != nil {
    log.Fatal(err)
}
provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
defer provider.Shutdown(ctx)
otel.SetTracerProvider(provider)`,
      note: 'trace is go.opentelemetry.io/otel/sdk/trace. Libraries such as otelhttp then make the spans.',
    },
    {
      id: 'java',
      title: 'Java',
      lines: (
        target,
      ) => `curl -LO https://github.com/open-telemetry/opentelemetry-java-instrumentation/releases/latest/download/opentelemetry-javaagent.jar

${before('java -javaagent:opentelemetry-javaagent.jar -jar app.jar', target)}`,
      note: 'The agent sends traces, metrics and logs.',
    },
    {
      id: 'dotnet',
      title: '.NET',
      lines: (target) => `dotnet add package OpenTelemetry.Extensions.Hosting
dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol
dotnet add package OpenTelemetry.Instrumentation.AspNetCore
dotnet add package OpenTelemetry.Instrumentation.Http

// Program.cs, before builder.Build(), with using OpenTelemetry, .Metrics and .Trace
builder.Services.AddOpenTelemetry()
    .WithTracing(traces => traces.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
    .WithMetrics(metrics => metrics.AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
    .UseOtlpExporter();

// in the shell
${before('dotnet run', target)}`,
    },
    {
      id: 'browser',
      title: 'Browser',
      lines: ({ http, wantsKey }) =>
        wantsKey
          ? null
          : `// npm install @opentelemetry/sdk-trace-web @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources \\
//   @opentelemetry/instrumentation @opentelemetry/instrumentation-fetch
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { FetchInstrumentation } from '@opentelemetry/instrumentation-fetch';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, WebTracerProvider } from '@opentelemetry/sdk-trace-web';

new WebTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'my-page' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: '${http}/v1/traces' }))],
}).register();
registerInstrumentations({ instrumentations: [new FetchInstrumentation()] });`,
      note: 'Pages of this machine may send. For others, name their origin: spoor --cors-origin https://app.example.com.',
    },
  ],
};
