/** A Zipkin v2 span (openzipkin/zipkin-api, zipkin2-api.yaml). */
export interface ZipkinSpan {
  /** 16 or 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly parentId: string | null;
  readonly kind: ZipkinKind | null;
  readonly name: string;
  /** Epoch microseconds. */
  readonly timestamp: bigint | null;
  /** Microseconds. */
  readonly duration: bigint | null;
  readonly localEndpoint: ZipkinEndpoint;
  readonly remoteEndpoint: ZipkinEndpoint;
  readonly annotations: readonly { readonly timestamp: bigint; readonly value: string }[];
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly debug: boolean;
  /** The server's side of a call whose client recorded a span of the same id. */
  readonly shared: boolean;
}

export const ZIPKIN_KINDS = ['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'] as const;
export type ZipkinKind = (typeof ZIPKIN_KINDS)[number];

export interface ZipkinEndpoint {
  readonly serviceName: string;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly port: number;
}

export const NO_ENDPOINT: ZipkinEndpoint = { serviceName: '', ipv4: '', ipv6: '', port: 0 };
