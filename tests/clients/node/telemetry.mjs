/** OpenTelemetry as its documentation sets it up, and where the model server is. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';

export const MODEL = process.env.MODEL_URL;
export const SYSTEM = 'Be brief.';
process.env.OPENAI_API_KEY ??= 'none';
process.env.OPENAI_BASE_URL ??= `${MODEL}/v1`;

/** Its end sends what is left. */
export function traces(more = {}) {
  const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter(), ...more });
  sdk.start();
  return sdk;
}

/** As the tool of every client answers. */
export function weather({ city }) {
  return { city, sky: 'grey' };
}
